"""Starts fakes for a test and speaks to them."""

import http.client
import json
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
START_SECONDS_MAX = 30


def wait_for(what, seconds=START_SECONDS_MAX):
    """The first true value of `what()`. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := what():
            return value
        time.sleep(0.02)
    raise TimeoutError(what)


class Answer:
    def __init__(self, status, content_type, body):
        self.status, self.content_type, self.body = status, content_type, body

    def json(self):
        return json.loads(self.body)


class Fake:
    """A running fake; use as a context manager. `ports` has a port for each pod."""

    def __init__(self, program, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, HERE / f"{program}.py", *map(str, arguments)],
            stdout=subprocess.PIPE, text=True)
        told = self.process.stdout.readline()
        if not told:
            raise RuntimeError(f"{program} did not start")
        ready = json.loads(told)
        self.ports, self.control_port = ready["ports"], ready["control"]
        self.port = self.ports[0]

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.process.terminate()
        self.process.wait(START_SECONDS_MAX)
        self.process.stdout.close()

    def ask(self, method, target, body=None, headers=None, port=None):
        """`body`: bytes as they are, anything else as JSON. Raises OSError or HTTPException."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port,
                                                timeout=START_SECONDS_MAX)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheader("Content-Type"), answer.read())
        finally:
            connection.close()

    def get(self, target, **more):
        return self.ask("GET", target, **more)

    def post(self, target, body=None, **more):
        return self.ask("POST", target, body if body is not None else b"", **more)

    def is_up(self):
        """Whether the first pod answers at all."""
        try:
            return bool(self.get("/"))
        except OSError:
            return False

    def control(self, method, route, body=None):
        return self.ask(method, f"/_fake/{route}", body, port=self.control_port).json()

    def events(self, kind=None, pod=0):
        events = self.control("GET", "log")["pods"][pod]["events"]
        return [event for event in events if kind in (None, event["event"])]

    def upload(self, name, data, subfolder="", **fields):
        """The server's answer to POST /upload/image."""
        edge = "edge-of-a-part"
        parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
                 .encode() for key, value in {"subfolder": subfolder, **fields}.items()]
        parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="image"; '
                     f'filename="{name}"\r\nContent-Type: image/png\r\n\r\n'.encode()
                     + data + b"\r\n")
        return self.post("/upload/image", b"".join(parts) + f"--{edge}--\r\n".encode(),
                         headers={"Content-Type": f"multipart/form-data; boundary={edge}"})
