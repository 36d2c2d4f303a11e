"""A real NATS server with the configuration that we ship, as a program of its own."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

from house import ROOT

PROGRAM = os.environ["MEDUSA_NATS_SERVER"]
SHIPPED = ROOT / "deploy/nats.conf"
START_SECONDS = 60


class NatsServer:
    """Keeps its data in `folder`; `more` are options of its command line. Whoever starts it ends
    it."""

    def __init__(self, folder, configuration=SHIPPED, more=()):
        self.folder = folder
        self.configuration = configuration
        self.more = more
        folder.mkdir()
        self.start("-1")

    def start(self, port):
        told = self.folder / "told"
        shutil.rmtree(told, ignore_errors=True)
        told.mkdir()
        self.process = subprocess.Popen(
            [PROGRAM, "-c", self.configuration, "-a", "127.0.0.1", "-p", port, "-sd",
             self.folder / "data", "-l", self.folder / "log", "--ports_file_dir", told,
             *self.more])
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for file in told.iterdir():
                addresses = addresses_in(file)
                if addresses:
                    self.url = addresses["nats"][0]
                    self.monitor = addresses.get("monitoring", [None])[0]
                    self.port = self.url.rsplit(":", 1)[1]
                    return
            time.sleep(0.02)
        self.end()
        raise TimeoutError("the NATS server does not start")

    def restart(self):
        """As after a crash: killed, and started on what lies on its disk."""
        self.end()
        self.start(self.port)

    def pause(self):
        """It keeps its connections, and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def ask(self, subject):
        """The answer to an empty request, as JSON: what `nats req` does, in the protocol's words
        (docs.nats.io, "NATS Protocol")."""
        with socket.create_connection(("127.0.0.1", int(self.port)), START_SECONDS) as link:
            link.sendall(f"CONNECT {{}}\r\nSUB answer 1\r\nPUB {subject} answer 0\r\n\r\n"
                         .encode())
            lines = link.makefile("rb")
            for line in lines:
                if line.startswith(b"MSG "):
                    return json.loads(lines.read(int(line.split()[-1])))
        raise ConnectionError(f"nobody answers {subject}")

    def end(self):
        self.process.kill()
        self.process.wait()


def addresses_in(file: pathlib.Path):
    """None while the server has not written all of it."""
    try:
        return json.loads(file.read_text())
    except (ValueError, FileNotFoundError):
        return None
