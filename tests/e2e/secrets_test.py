"""No secret is told: canaries in every variable that may hold one, debug logging, and every command
in its working and its failing forms. Then nothing that was said, written, stored or shown in a list
of processes may hold a canary, in whatever form (watch.py; promises.md P43)."""

import base64
import http.client
import json
import re
import socket
import subprocess
import time
import unittest
import urllib.parse

from house import LUNA
from mongo_test import MongoHouse
from remote_test import RemoteHouse
from watch import Watch, canary, escaped, forms

SMALL = ["--width", "64", "--height", "64", "--steps", "4"]
FAILED, USAGE, MISSING, SIGN_IN, AWAY = 1, 2, 3, 4, 7


def closed_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


class WatchTest(unittest.TestCase):
    def test_every_form_of_a_secret_is_found(self):
        secret = canary("example")
        for form in forms(secret):
            self.assertTrue(form)
        for text in (secret, escaped(secret), urllib.parse.quote_plus(secret), json.dumps(secret),
                     secret.encode().hex(),
                     *(base64.b64encode(b"x" * n + secret.encode() + b"y" * m).decode()
                       for n in range(4) for m in range(4)),
                     base64.urlsafe_b64encode(f"user:{secret}".encode()).decode()):
            self.assertTrue(any(form in text.encode() for form in forms(secret)), text)


class SecretsHouse(MongoHouse, RemoteHouse):
    """All remote parts at once, each with a canary as its secret."""

    watched = True

    def setUp(self):
        super().setUp()
        self.environment["MEDUSA_LOG"] = "debug"
        self.key, self.secret = canary("key"), canary("secret")
        self.cloud = self.fake("fake_cloudinary", "--key", self.key, "--secret", self.secret)
        self.environment["CLOUDINARY_URL"] = self.cloud_url(self.key, self.secret)
        self.token = canary("token").rstrip("&=+/")
        file = self.home / "token"
        file.write_text(self.token + "\n")
        self.pod = self.fake("fake_comfyui", "--token", self.token, "--seconds", "0.05")
        self.environment["RUNPOD_API_TOKEN_FILE"] = str(file)
        self.connect(self.pod.port)

    def cloud_url(self, key, secret, port=None):
        at = f"http://127.0.0.1:{port or self.cloud.port}"
        return (f"cloudinary://{escaped(key)}:{escaped(secret)}@demo?upload_prefix={at}"
                f"&secure_distribution={at}/demo")

    def mongo_url(self, host, more=""):
        return f"mongodb://anna:{escaped(canary('mongo'))}@{host}/medusa?authMechanism=PLAIN{more}"

    def fails(self, code, words, *arguments, **environment):
        done = self.run_medusa(*arguments, environment=environment)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        self.assertIn(words, done.stderr)
        doctor = self.run_medusa("doctor", environment=environment)
        self.assertNotEqual(doctor.returncode, 0, doctor.stdout)
        for command in (["engines"], ["list"], ["doctor", "--json"], ["engines", "--json"]):
            self.run_medusa(*command, environment=environment)
        return done.stderr


class SecretsTest(SecretsHouse):
    def test_what_works_tells_none(self):
        luna = self.ok_json("generate", *LUNA, *SMALL)
        self.ok("batch", "--count", 2, *SMALL)
        self.ok("image", luna["id"], "--type", "portrait")
        for arguments in (["list"], ["show", luna["id"]], ["engines"], ["doctor"]):
            self.ok(*arguments)
            self.ok(*arguments, "--json")
        self.show_that_the_watch_sees()
        self.ok("delete", luna["id"], "--force")
        self.refused(MISSING, "show", luna["id"])
        self.refused(USAGE, "generate", *LUNA, "--steps", "many")
        seen = self.watch.said
        self.assertTrue(any(b"/v1_1/demo/image/upload: 200" in text for _, text in seen),
                        "debug logging says nothing of uploads")
        self.assertTrue(any(b"MongoDB insert at" in text for _, text in seen))
        self.assertTrue(self.watch.lines, "no command line was seen")
        self.assertGreaterEqual(len(self.watch.secrets), 4)

    def show_that_the_watch_sees(self):
        """What is no secret is found in all the places that were looked at."""
        told = Watch(self.home)
        told.said, told.lines, told.secrets = self.watch.said, self.watch.lines, {LUNA[1]}
        found = "\n".join(told.leaks())
        for place in ("generate --name", "list: ", "a command line", "server/"):
            self.assertIn(f" in {place}", found)

    def test_wrong_secrets_are_not_told(self):
        other = canary("other")
        uploads = "Cloudinary upload failed"
        away = f"127.0.0.1:{closed_port()}"
        self.fails(SIGN_IN, uploads, "generate", *LUNA, *SMALL,
                   CLOUDINARY_URL=self.cloud_url(self.key, other))
        self.fails(SIGN_IN, uploads, "generate", *LUNA, *SMALL,
                   CLOUDINARY_URL=self.cloud_url(other, self.secret))
        (self.home / "other").write_text(canary("token").rstrip("&=+/"))
        self.fails(SIGN_IN, "RunPod connection failed", "generate", *LUNA, *SMALL,
                   RUNPOD_API_TOKEN_FILE=str(self.home / "other"))
        self.fails(FAILED, "RunPod connection failed", "batch", "--count", 2, *SMALL,
                   RUNPOD_WEBUI_URL=f"http://anna:{escaped(other)}@127.0.0.1:{self.pod.port}")
        host = self.server.uri.removeprefix("mongodb://")
        self.fails(SIGN_IN, "Database connection failed", "list",
                   MONGODB_URI=self.mongo_url(host).replace("PLAIN", "SCRAM-SHA-1"))
        self.fails(AWAY, "Database connection failed", "show", 123456,
                   MONGODB_URI=self.mongo_url(away, "&serverSelectionTimeoutMS=300"))

    def test_servers_that_are_away_are_told_without_their_secrets(self):
        luna = self.ok_json("generate", *LUNA, *SMALL)
        away = closed_port()
        pod = f"http://anna:{escaped(canary('pod'))}@127.0.0.1:{away}"
        self.fails(AWAY, "RunPod connection failed", "image", luna["id"], "--type", "portrait",
                   RUNPOD_WEBUI_URL=pod)
        # An upload is tried for minutes: asked of doctor, which tries once.
        doctor = self.run_medusa("doctor", environment={
            "CLOUDINARY_URL": self.cloud_url(self.key, self.secret, away)})
        self.assertEqual(doctor.returncode, AWAY, doctor.stdout)
        self.assertIn("Cloudinary upload failed", doctor.stdout)

    def serving(self, **environment):
        """The service, and the port that it listens on."""
        running = self.start_medusa("serve", "--log-requests", stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE,
                                    environment={"MEDUSA_HTTP": "127.0.0.1:0",
                                                 "MEDUSA_LOG_FORMAT": "json"} | environment)
        self.addCleanup(running.kill)
        told = ""
        while not (port := re.search(r"http://127\.0\.0\.1:(\d+)\.", told)):
            line = running.stderr.readline()
            self.assertTrue(line, told)
            told += line
        return running, int(port[1])

    def end(self, running):
        """Returns what it logged of requests."""
        running.terminate()
        running.communicate(timeout=60)
        self.assertEqual(running.returncode, 0)
        logged = [json.loads(row) for row in running.told[1].splitlines()]
        return [row for row in logged if row["msg"] == "request"]

    def ask(self, port, method, path, body=None, heard=True, **headers):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=100)
        self.addCleanup(line.close)
        headers = headers | ({} if body is None else {"Content-Type": "application/json"})
        line.request(method, path, None if body is None else json.dumps(body), headers)
        answer = line.getresponse()
        text = answer.read().decode()
        if heard:
            self.watch.hear(f"{method} {path.split('?')[0]}", text, str(answer.getheaders()))
        self.assertNotIn(answer.status, (500, 502), path)
        return text

    def test_the_service_tells_none(self):
        """Neither those of its settings nor those that clients send."""
        sent = canary("sent")
        self.watch.secrets.add(sent)
        running, port = self.serving()
        wish = {"name": "Luna", "description": "an elven sorceress", "width": 64, "height": 64}
        self.ask(port, "POST", "/api/characters", wish)
        for path in ("/metrics", "/readyz", f"/api/jobs?token={urllib.parse.quote_plus(sent)}"):
            self.ask(port, "GET", path)
        for scheme in ("Bearer", "Basic"):
            self.ask(port, "GET", "/api/jobs", Authorization=f"{scheme} {sent}")
        self.ask(port, "POST", f"/x?api_key={escaped(sent)}", {"password": sent})
        self.assertEqual(len(self.end(running)), 7)

    def test_the_secret_of_a_webhook_is_told_once(self):
        """To whoever made it; the database keeps it, since it signs, and nothing else does."""
        hooks = {"MEDUSA_WEBHOOKS_TO": "anywhere"}
        running, port = self.serving(**hooks)
        away = {"url": f"http://127.0.0.1:{closed_port()}/hook"}
        made = json.loads(self.ask(port, "POST", "/api/webhooks", away, heard=False))
        address = f"/api/webhooks/{made['id']}"
        wish = {"name": "Luna", "description": "an elven sorceress", "width": 64, "height": 64}
        self.ask(port, "POST", "/api/characters", wish)

        def tried():
            rows = json.loads(self.ask(port, "GET", address + "/deliveries"))["items"]
            return rows and rows[0]["attempts"]

        end = time.monotonic() + 60
        while not tried():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.2)
        for method, path, body in (("GET", "/api/webhooks", None), ("GET", "/metrics", None),
                                   ("POST", address + "/redeliver", {})):
            self.ask(port, method, path, body)
        for command in (["list"], ["deliveries", made["id"]], ["test", made["id"]]):
            for form in ([], ["--json"]):
                self.run_medusa("webhook", *command, *form, environment=hooks)
        self.ask(port, "DELETE", address)
        self.assertTrue(self.end(running))
        key = made["secret"].removeprefix("whsec_")
        self.assertNotEqual(key, made["secret"])
        told = Watch(self.home)
        told.said, told.lines, told.secrets = self.watch.said, self.watch.lines, {key}
        told.sources = self.watch.sources | set((self.home / "server").rglob("*"))
        self.assertEqual(told.leaks(), [])
        told.secrets = {made["id"]}
        self.assertTrue(told.leaks(), "what is no secret is seen")

    def test_malformed_values_are_refused_unrepeated(self):
        odd = canary("odd")
        for name, value in {
                "RUNPOD_WEBUI_URL": f"ftp://anna:{odd}@host",
                "RUNPOD_REALISTIC_URL": f"http://anna:{odd} @host",
                "RUNPOD_ANIME_CARTOON_FANTASY_URL": f"http://anna:{odd}@ho st:80:80",
                "CLOUDINARY_URL": f"cloudinary://key:{odd}",
                "CLOUDINARY_API_SECRET": odd,
                "MONGODB_URI": f"mongodb://anna:{odd}@host@host/x",
                "NATS_URL": f"http://anna:{odd}@host",
                "MEDUSA_PUBLIC_URL": f"ftp://anna:{odd}@host",
        }.items():
            with self.subTest(name=name):
                self.watch.secrets.add(odd)
                more = {name: value}
                if name == "CLOUDINARY_API_SECRET":
                    more["CLOUDINARY_URL"] = ""
                for command in (["list"], ["doctor"], ["generate", *LUNA, *SMALL],
                                ["generate", *LUNA, "--json"]):
                    done = self.run_medusa(*command, environment=more)
                    self.assertNotEqual(done.returncode, 0, f"{name}: {done.stdout}")
        (self.home / "other").write_text(f"two {odd} tokens")
        done = self.run_medusa("engines",
                               environment={"RUNPOD_API_TOKEN_FILE": str(self.home / "other")})
        self.assertEqual(done.returncode, USAGE, done.stdout)


if __name__ == "__main__":
    unittest.main()
