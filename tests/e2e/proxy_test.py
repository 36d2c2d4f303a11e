#!/usr/bin/env python3
"""Behind nginx and Caddy, as docs/operations.md sets them up: what comes through them over TLS is
what the service says, at the moment it says it, and nobody chooses his own address."""

import http.client
import json
import re
import socket
import ssl
import subprocess
import time
import unittest

from house import ROOT
from http_test import Answer, Served

PAGE = (ROOT / "docs/operations.md").read_text()
TOOLS = ROOT / ".deps/tools"
NAME = "medusa.example.org"
CLIENT = "127.0.0.2"  # another one than the proxy's own


def block(language):
    """The configuration that the page shows."""
    found, = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


class ThroughTls(http.client.HTTPSConnection):
    def __init__(self, port):
        self.trusting = ssl.create_default_context()
        self.trusting.check_hostname = False
        self.trusting.verify_mode = ssl.CERT_NONE
        super().__init__(NAME, timeout=30, context=self.trusting)
        self.there = ("127.0.0.1", port)

    def connect(self):
        plain = socket.create_connection(self.there, self.timeout, (CLIENT, 0))
        self.sock = self.trusting.wrap_socket(plain, server_hostname=NAME)


class Behind(Served):
    def setUp(self):
        super().setUp()
        self.environment["MEDUSA_TRUSTED_PROXIES"] = "127.0.0.1"
        self.tls_port = free_port()

    def nginx(self):
        key, certificate = self.home / "medusa.key", self.home / "medusa.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
                        "-subj", f"/CN={NAME}", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        server = self.with_our_port(block("nginx"))
        for wanted, ours in (("listen 443", f"listen 127.0.0.1:{self.tls_port}"),
                             ("/etc/ssl/medusa.pem", str(certificate)),
                             ("/etc/ssl/medusa.key", str(key))):
            self.assertEqual(server.count(wanted), 1, wanted)
            server = server.replace(wanted, ours)
        places = "".join(f"{place}_temp_path {self.home}/{place};\n"
                         for place in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration = self.home / "nginx.conf"
        configuration.write_text(f"daemon off; pid {self.home}/nginx.pid; error_log stderr;\n"
                                 f"master_process off; events {{}}\n"
                                 f"http {{ access_log off; {places} {server} }}\n")
        self.start([TOOLS / "nginx", "-c", configuration, "-p", self.home, "-e", "stderr"])

    def caddy(self):
        options = (f"{{\n admin off\n local_certs\n skip_install_trust\n http_port {free_port()}\n"
                   f" https_port {self.tls_port}\n storage file_system {self.home}/caddy\n}}\n")
        configuration = self.home / "Caddyfile"
        configuration.write_text(options + self.with_our_port(block("caddyfile")))
        self.start([TOOLS / "caddy", "run", "--config", configuration, "--adapter", "caddyfile"])

    def with_our_port(self, text):
        self.assertEqual(text.count("127.0.0.1:3001"), 1)
        return text.replace("127.0.0.1:3001", f"127.0.0.1:{self.port}")

    def start(self, command):
        log = self.home / "proxy.log"
        with log.open("w") as told:
            running = subprocess.Popen(command, stdout=told, stderr=told, cwd=self.home,
                                       env={**self.environment, "HOME": str(self.home),
                                            "XDG_DATA_HOME": str(self.home / "xdg"),
                                            "XDG_CONFIG_HOME": str(self.home / "xdg")})
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        end = time.monotonic() + 30
        while True:
            try:
                self.through("GET", "/healthz")
                return
            except OSError:
                self.assertIsNone(running.poll(), log.read_text())
                self.assertLess(time.monotonic(), end, log.read_text())
                time.sleep(0.05)

    def opened(self, method, path, body=None, **headers):
        line = ThroughTls(self.tls_port)
        self.addCleanup(line.close)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            given["Content-Type"] = "application/json"
        line.request(method, path, body, given)
        return line.getresponse()

    def through(self, method, path, body=None, **headers):
        return Answer(self.opened(method, path, body, **headers))

    def tell_story(self, proxy):
        token = self.token("write")
        self.serve("--no-worker", "--log-requests", "--log-format", "json")
        proxy()
        self.check_people(token)
        self.check_progress(token)
        rows = [json.loads(line) for line in (self.home / "serve.log").read_text().splitlines()]
        self.assertEqual({row["peer"] for row in rows if row["msg"] == "request"}, {CLIENT})

    def check_people(self, token):
        self.assertEqual(self.through("GET", "/healthz", X_Forwarded_For="6.6.6.6").status, 200)
        strangers = self.through("GET", "/api/characters")
        self.assertEqual(strangers.status, 403, strangers.body)
        self.assertIn("Send a token", strangers.json()["advice"])
        ours = self.through("GET", "/api/characters", Authorization=token)
        self.assertEqual((ours.status, ours.json()["items"]), (200, []))
        self.assertIn(self.through("GET", "/metrics", Authorization=token).status, (403, 404))
        large = json.dumps({"name": "Luna", "description": "a" * (2 << 20)})
        self.assertEqual(
            self.through("POST", "/api/characters", large, Authorization=token).status, 413)

    def check_progress(self, token):
        wish = json.dumps({"name": "Luna", "description": "an elf", "width": 64, "height": 64})
        made = self.through("POST", "/api/characters", wish, Authorization=token,
                            Prefer="respond-async")
        self.assertEqual(made.status, 202, made.body)
        events = self.opened("GET", made.headers["Location"] + "/events", Authorization=token)
        self.assertEqual(events.status, 200)
        told = b""
        while b"queued" not in told:
            told += events.readline()
        self.ok("worker", "--until-idle")
        self.assertIn(b'"done"', events.read())

    def test_nginx(self):
        self.tell_story(self.nginx)

    def test_caddy(self):
        self.tell_story(self.caddy)


if __name__ == "__main__":
    unittest.main()
