#!/usr/bin/env python3
"""The edge of the HTTP service under clients that mean no good: what cannot be read in one way is
refused, what is too large or too slow is ended, nothing is echoed that could be taken for more
than it is, and nobody else notices."""

import concurrent.futures
import http.client
import json
import re
import resource
import signal
import socket
import struct
import time
import unittest
from pathlib import Path

from http_test import Served

HOST = "Host: 127.0.0.1\r\n"


class Attacked(Served):
    files = None  # that the service may open

    def start_medusa(self, *arguments, **options):
        if self.files:
            both = (self.files, self.files)
            options["preexec_fn"] = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, both)
        return super().start_medusa(*arguments, **options)

    def serve(self, *options):
        self.running = super().serve(*options)
        # Ours is not the address that the default Host names.
        self.named = f"Host: 127.0.0.1:{self.port}\r\n"
        return self.running

    def connection(self):
        line = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        self.addCleanup(line.close)
        return line

    def heard(self, line):
        """All that comes until the other side ends."""
        told = b""
        try:
            while more := line.recv(65536):
                told += more
        except ConnectionResetError:
            pass
        return told.decode("latin-1")

    def say(self, text):
        line = self.connection()
        line.sendall(text if isinstance(text, bytes) else text.encode("latin-1"))
        line.shutdown(socket.SHUT_WR)
        return self.heard(line)

    def refused_as(self, status, text):
        told = self.say(text)
        heads = re.findall(r"HTTP/1\.1 (\d+) ", told)
        self.assertEqual(heads, [str(status)], f"{text[:200]!r}\n{told}")
        self.assertIn("Content-Type: application/problem+json\r\n", told)
        self.assertIn("Connection: close\r\n", told)
        document = json.loads(told.split("\r\n\r\n", 1)[1])
        self.assertEqual(document["status"], status)
        self.assertTrue(document["detail"])
        return document

    def lives(self):
        self.assertEqual(self.ask("GET", "/api/jobs").status, 200)
        self.assertIsNone(self.running.poll())

    def kilobytes(self):
        status = Path(f"/proc/{self.running.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def descriptors(self):
        return len(list(Path(f"/proc/{self.running.pid}/fd").iterdir()))

    def soon(self, holds):
        end = time.monotonic() + 10
        while not holds():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)


class Words(Attacked):
    def test_what_can_be_read_in_two_ways_is_refused_whole(self):
        self.serve()
        smuggled = f"DELETE /api/characters/123456 HTTP/1.1\r\n{self.named}\r\n"
        post = f"POST /api/characters HTTP/1.1\r\n{self.named}Content-Type: application/json\r\n"
        get = f"GET /api/jobs HTTP/1.1\r\n{self.named}"
        chunked = "Transfer-Encoding: chunked\r\n"
        for text in (
                post + "Content-Length: 4\r\n" + chunked + "\r\n0\r\n\r\n" + smuggled,
                post + chunked + "Content-Length: 4\r\n\r\n0\r\n\r\n" + smuggled,
                post + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + smuggled,
                post + "Content-Length: 0, 44\r\n\r\n" + smuggled,
                post + "Content-Length: 0x10\r\n\r\n" + smuggled,
                post + "Content-Length : 0\r\n\r\n" + smuggled,
                post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + smuggled,
                post + "Transfer-Encoding: x\r\n chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + smuggled,
                post + chunked + "\r\n0x2\r\nab\r\n0\r\n\r\n",
                post + chunked + "\r\n2 \nab\r\n0\r\n\r\n",
                post + chunked + "\r\n2\r\nabXX0\r\n\r\n" + smuggled,
                post + chunked + "\r\nffffffffffffffffff\r\nab\r\n0\r\n\r\n",
                get + "X: a\x00b\r\n\r\n", get + "X\x00: a\r\n\r\n", get + ": a\r\n\r\n",
                get + "no colon\r\n\r\n", get + "X: a\rY: b\r\n\r\n", get + " X: a\r\n\r\n"[1:-1],
                get.replace("\r\n", "\n") + "\n",
                get + f"Host: evil.example\r\n\r\n", "GET /api/jobs HTTP/1.1\r\n\r\n",
                f"GET /api/jobs HTTP/2.0\r\n{self.named}\r\n",
                f"GET /api/jobs HTTP/1.2\r\n{self.named}\r\n",
                f"GET /api/jobs HTTX/1.1\r\n{self.named}\r\n",
                f"GET /api/jobs http/1.1\r\n{self.named}\r\n", "GET /api/jobs\r\n\r\n",
                f"GET http://127.0.0.1:{self.port}/api/jobs HTTP/1.1\r\n{self.named}\r\n",
                f"OPTIONS * HTTP/1.1\r\n{self.named}\r\n",
                f"CONNECT evil.example:443 HTTP/1.1\r\n{self.named}\r\n",
                f"GET /api/../../etc/passwd HTTP/1.1\r\n{self.named}\r\n",
                f"GET /a%0d%0aSet-Cookie:x HTTP/1.1\r\n{self.named}\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                "\r\n" * 10_000):
            self.refused_as(400, text)
        self.lives()

    def test_what_is_too_large_is_refused_before_it_is_read(self):
        self.serve()
        get = f"GET /api/jobs HTTP/1.1\r\n{self.named}"
        self.refused_as(431, get + "X: " + "x" * 20_000 + "\r\n\r\n")
        self.refused_as(431, get + "X: y\r\n" * 5_000 + "\r\n")
        self.refused_as(431, f"GET /{'x' * 20_000} HTTP/1.1\r\n{self.named}\r\n")
        post = f"POST /api/characters HTTP/1.1\r\n{self.named}Content-Type: application/json\r\n"
        self.refused_as(413, post + "Content-Length: 9999999999\r\n\r\n")
        self.refused_as(413, post + "Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n")
        self.refused_as(413, post + "Transfer-Encoding: chunked\r\n\r\n200000\r\n" +
                        "x" * 0x200000 + "\r\n0\r\n\r\n")
        self.refused_as(413, f"POST /healthz HTTP/1.1\r\n{self.named}"
                             "Content-Length: 9999999\r\n\r\n")
        self.lives()

    def test_nothing_is_echoed_that_could_be_more_than_it_is(self):
        self.serve("--log-requests", "--log-format", "json")
        for path, headers in (
                ("/api/%1b%5b31m", {}), ("/api/x%22%7D%0A%7B", {}), ("/api/<script>", {}),
                ("/api/%E2%80%AEabc", {}), ("/api/jobs", {"X-Request-Id": 'a", "msg": "x'}),
                ("/api/jobs", {"X-Request-Id": "\x1b[2J"}), ("/api/%00", {}),
                ("/api/jobs?cursor=%0a%0d", {}), ("/api/jobs", {"Last-Event-ID": "\x7f"})):
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            told = self.say(f"GET {path} HTTP/1.1\r\n{self.named}{lines}Connection: close\r\n\r\n")
            head, body = told.split("\r\n\r\n", 1)
            json.loads(body)
            for sent in ("\x1b", "<script>", "a\", ", "\r\n{"):
                self.assertNotIn(sent, head)
            self.assertNotIn("\x1b", body)
            self.assertIn("nosniff", head)
        self.lives()
        self.running.terminate()
        self.assertEqual(self.running.wait(30), 0)
        log = (self.home / "serve.log").read_text()
        self.assertNotIn("\x1b", log)
        told = [json.loads(line) for line in log.splitlines() if "request_id" in line]
        self.assertGreater(len(told), 9)
        for one in told:
            self.assertRegex(one["request_id"], r"^[A-Za-z0-9._-]{1,64}$")

    def test_many_requests_at_once_are_answered_in_order(self):
        self.serve()
        told = self.say("".join(f"GET /api/jobs/{number} HTTP/1.1\r\n{self.named}"
                                f"X-Request-Id: n{number}\r\n\r\n" for number in range(200)))
        self.assertEqual(re.findall(r"X-Request-Id: n(\d+)\r\n", told),
                         [str(number) for number in range(200)])
        self.assertEqual(told.count("HTTP/1.1 404"), 200)

    def test_old_halves_and_expectations_are_served(self):
        self.serve()
        old = self.say(f"GET /api/jobs HTTP/1.0\r\n{self.named}Connection: keep-alive\r\n\r\n" * 2)
        self.assertEqual(old.count("HTTP/1.1 200"), 1, "HTTP/1.0: one answer, and the end")
        self.assertIn("Connection: close\r\n", old)
        body = b'{"name": "Ann"}'
        line = self.connection()
        line.sendall(f"POST /api/characters HTTP/1.1\r\n{self.named}Expect: 100-continue\r\n"
                     f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                     .encode())
        self.assertEqual(line.recv(1000), b"HTTP/1.1 100 Continue\r\n\r\n")
        line.sendall(body)
        line.shutdown(socket.SHUT_WR)
        self.assertIn("HTTP/1.1 400", self.heard(line), "half closed, and still answered")


class Pace(Attacked):
    def test_who_drips_its_request_is_told_so_after_ten_seconds(self):
        self.serve()
        began = time.monotonic()
        slow = [self.connection() for _ in range(100)]
        for line in slow:
            line.sendall(f"GET /api/jobs HTTP/1.1\r\n{self.named}".encode())
        waits = slow
        while waits and time.monotonic() < began + 20:
            self.assertEqual(self.ask("GET", "/healthz").status, 200)
            time.sleep(0.5)
            still = []
            for line in waits:
                try:
                    line.sendall(b"X: y\r\n")
                    line.settimeout(0.001)
                    told = line.recv(65536)
                except TimeoutError:
                    still.append(line)
                    continue
                except OSError:
                    continue
                self.assertTrue(told.startswith(b"HTTP/1.1 408 "), told)
                self.assertIn(b"application/problem+json", told)
            waits = still
        self.assertEqual(waits, [])
        self.assertLess(time.monotonic() - began, 15)

    def test_who_drips_its_body_or_does_not_read_is_ended_after_half_a_minute(self):
        self.environment["MEDUSA_HTTP_RATE"] = "0"
        self.serve()
        before = self.sockets()
        deaf = [self.deaf() for _ in range(10)]
        slow = [self.connection() for _ in range(20)]
        for line in slow:
            line.sendall(f"POST /api/characters HTTP/1.1\r\n{self.named}"
                         "Content-Type: application/json\r\nContent-Length: 900\r\n\r\n{".encode())
        began = time.monotonic()
        waits = list(slow)
        while waits and time.monotonic() < began + 45:
            self.assertEqual(self.ask("GET", "/api/jobs", Connection="close").status, 200)
            time.sleep(1)
            waits = [line for line in waits if not self.told_so(line)]
            if time.monotonic() < began + 25:
                self.assertEqual(len(waits), 20, "half a minute is theirs")
                self.assertGreaterEqual(self.sockets(), before + 30)
        self.assertEqual(waits, [])
        self.assertGreater(time.monotonic() - began, 28)
        for line in slow:
            line.close()
        self.soon(lambda: self.sockets() <= before + 2)
        for line in deaf:
            self.assertIn("HTTP/1.1 200", self.heard(line), "it was answered as far as it took it")

    def sockets(self):
        held = Path(f"/proc/{self.running.pid}/fd")
        return sum(str(one.readlink()).startswith("socket:") for one in held.iterdir())

    def deaf(self):
        """A client that asks for more than all buffers hold, and reads nothing."""
        line = socket.socket()
        self.addCleanup(line.close)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(20)
        line.connect(("127.0.0.1", self.port))
        line.sendall(f"GET /openapi.json HTTP/1.1\r\n{self.named}\r\n".encode() * 200)
        return line

    def told_so(self, line):
        """Sends one more byte of a body; whether that was refused as too slow."""
        try:
            line.sendall(b" ")
            line.settimeout(0.001)
            told = line.recv(65536)
        except TimeoutError:
            return False
        self.assertTrue(told.startswith(b"HTTP/1.1 408 "), told)
        self.assertIn(b"application/problem+json", told)
        return True

    def test_who_does_not_read_costs_no_memory(self):
        self.serve()
        for _ in range(20):
            self.ask("POST", "/api/characters", {"name": "Ann", "description": "x" * 3900,
                                                 "width": 64, "height": 64})
        page = f"GET /api/characters HTTP/1.1\r\n{self.named}\r\n".encode()
        self.ask("GET", "/api/characters")
        before = self.kilobytes()
        deaf = []
        for _ in range(50):
            line = self.connection()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.settimeout(0.2)
            try:
                for _ in range(20):
                    line.sendall(page * 50)
            except TimeoutError:
                pass
            deaf.append(line)
        self.lives()
        self.assertLess(self.kilobytes() - before, 60_000)

    def test_idle_connections_are_cheap_and_cut_ones_leave_nothing(self):
        self.serve()
        made = self.ask("POST", "/api/characters", {"name": "Ann", "description": "a knight",
                                                    "width": 64, "height": 64})
        self.assertEqual(made.status, 201)
        before, files = self.kilobytes(), self.descriptors()
        idle = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(800)]
        self.lives()
        self.assertLess(self.kilobytes() - before, 40_000)
        for line in idle:
            line.close()
        asked = (f"POST /api/characters HTTP/1.1\r\n{self.named}Content-Length: 999\r\n\r\n{{",
                 "GET /api/jo", f"GET /api/characters HTTP/1.1\r\n{self.named}\r\n" * 20, "")
        for number in range(400):
            line = socket.create_connection(("127.0.0.1", self.port))
            line.sendall(asked[number % len(asked)].encode())
            # Closed so, it sends RST.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()
        self.lives()
        # The database may have been opened some more times.
        self.soon(lambda: self.descriptors() <= files + 20)
        self.assertLess(self.kilobytes() - before, 40_000)

    def test_who_takes_all_connections_takes_no_files(self):
        self.files = 400
        self.serve()
        kept = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.addCleanup(kept.close)
        kept.connect()
        crowd = [self.connection() for _ in range(600)]
        wish = json.dumps({"name": "Ann", "description": "a knight", "width": 64, "height": 64})
        for _ in range(3):
            kept.request("POST", "/api/characters", wish, {"Content-Type": "application/json"})
            told = kept.getresponse()
            self.assertEqual((told.status, bool(told.read())), (201, True))
        for line in crowd:
            line.close()
        self.soon(lambda: self.served())

    def served(self):
        try:
            return self.ask("GET", "/api/jobs").status == 200
        except OSError:
            return False

    def test_a_flood_is_refused_and_forgotten(self):
        self.serve()
        self.lives()
        before = self.kilobytes()

        def pour(number):
            told = self.say(f"GET /api/jobs HTTP/1.1\r\n{self.named}\r\n" * 100)
            return re.findall(r"HTTP/1\.1 (\d+) ", told)

        with concurrent.futures.ThreadPoolExecutor(16) as many:
            told = [status for some in many.map(pour, range(90)) for status in some]
        self.assertEqual(len(told), 9_000)
        self.assertEqual(set(told), {"200", "429"}, "no more than 6,000 a minute")
        self.assertEqual(self.ask("GET", "/healthz").status, 200)
        self.assertLess(self.kilobytes() - before, 40_000)


class Ending(Attacked):
    def test_what_was_begun_is_answered_and_nothing_new_is_taken(self):
        self.serve("--no-worker")
        wish = {"name": "Ann", "description": "a tall knight", "width": 64, "height": 64}
        idle, half = self.connection(), self.connection()
        half.sendall(b"GET /api/jo")
        with concurrent.futures.ThreadPoolExecutor(30) as many:
            asked = [many.submit(self.ask, "POST", "/api/characters", wish, Prefer="wait=60")
                     for _ in range(30)]
            self.soon(lambda: len(self.ok_json("jobs")) == 30)
            began = time.monotonic()
            self.running.send_signal(signal.SIGTERM)
            told = [one.result() for one in asked]
        self.assertEqual({one.status for one in told}, {202})
        self.assertEqual(self.heard(idle), "")
        self.assertRaises(OSError, socket.create_connection, ("127.0.0.1", self.port))
        self.assertEqual(self.running.wait(30), 0)
        self.assertLess(time.monotonic() - began, 20)


if __name__ == "__main__":
    unittest.main()
