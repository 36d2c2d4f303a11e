#!/usr/bin/env python3
"""Webhooks as their receivers meet them: signed as the standard's own library checks it, sent again
after failures, kill -9 and restarts, and never sent inside where the operator does not say so."""

import http.server
import json
import sys
import threading
import time
import unittest

from house import LUNA, ROOT
from http_test import SMALL, Served
from mongo_server import MongoServer

for packages in ROOT.glob(".deps/test-python/lib/python3*/site-packages"):
    sys.path.append(str(packages))
from standardwebhooks import Webhook, WebhookVerificationError  # noqa: E402

UNUSABLE, MISSING, AWAY = 2, 3, 7


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what it is sent, and answers with the next of `answers`, and 204 after them."""

    def __init__(self):
        self.got, self.answers, self.hold = [], [], 0
        super().__init__(("127.0.0.1", 0), Hook)
        self.url = f"http://127.0.0.1:{self.server_port}/hook"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def told(self):
        """The documents, by webhook-id."""
        return {headers["webhook-id"]: json.loads(body) for headers, body in list(self.got)}


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        time.sleep(self.server.hold)
        status, *more = self.server.answers.pop(0) if self.server.answers else (204,)
        self.send_response(status)
        for name, value in more:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Hooked(Served):
    def setUp(self):
        super().setUp()
        self.environment["MEDUSA_WEBHOOKS_TO"] = "anywhere"
        self.receiver = Receiver()
        self.addCleanup(self.receiver.server_close)
        self.addCleanup(self.receiver.shutdown)

    def hook(self, *events):
        made = self.ok_json("webhook", "create", self.receiver.url,
                            *[word for event in events for word in ("--event", event)])
        self.assertTrue(made["secret"].startswith("whsec_"))
        return made

    def wait(self, is_so, seconds=60):
        end = time.monotonic() + seconds
        while not is_so():
            self.assertLess(time.monotonic(), end, f"{len(self.receiver.got)} came")
            time.sleep(0.05)

    def make(self, **more):
        return self.ask("POST", "/api/characters", {
            "name": "Zara", "description": "A cyberpunk hacker with neon hair", "width": 64,
            "height": 64} | more)

    def deliveries(self, hook):
        return self.ok_json("webhook", "deliveries", hook["id"])


class Told(Hooked):
    def test_the_standard_s_own_library_takes_what_we_send_and_nothing_forged(self):
        self.environment["MEDUSA_LOG"] = "debug"
        hook = self.hook()
        self.serve()
        zara = self.make().json()
        self.wait(lambda: self.receiver.got)
        headers, body = self.receiver.got[0]
        event = Webhook(hook["secret"]).verify(body, headers)
        self.assertEqual(event["type"], "job.done")
        self.assertEqual(event["data"]["characterId"], zara["id"])
        self.assertEqual(event["data"]["kind"], "character")
        job = self.ask("GET", event["data"]["job"]).json()
        self.assertEqual((job["id"], job["state"]), (event["data"]["jobId"], "done"))
        self.assertNotIn(b"hacker", body)
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertNotIn(hook["secret"][6:], (self.home / "serve.log").read_text())
        old = str(int(headers["webhook-timestamp"]) - 3600)
        for forged, changed in [(body + b" ", {}), (body.replace(b"done", b"dead", 1), {}),
                                (body, {"webhook-id": "other"}), (body, {"webhook-timestamp": old}),
                                (body, {"webhook-signature": "v1,AAAA"})]:
            with self.assertRaises(WebhookVerificationError):
                Webhook(hook["secret"]).verify(forged, headers | changed)
        other = self.hook()
        with self.assertRaises(WebhookVerificationError):
            Webhook(other["secret"]).verify(body, headers)

    def test_who_wants_failures_is_told_of_those_alone(self):
        self.hook("job.cancelled")
        self.serve("--no-worker")
        jobs = []
        for name in ("Ann", "Ben"):
            told = self.ask("POST", "/api/characters", {"name": name, "description": "a knight",
                                                        "width": 64, "height": 64},
                            Prefer="respond-async")
            self.assertEqual(told.status, 202)
            jobs.append(told.headers["Location"])
        self.assertEqual(self.ask("POST", jobs[0] + "/cancel", {}).status, 200)
        self.ok("worker", "--until-idle")
        self.wait(lambda: self.receiver.got)
        time.sleep(2)
        event, = self.receiver.told().values()
        self.assertEqual(event["type"], "job.cancelled")
        self.assertEqual(event["data"]["job"], jobs[0])

    def test_failures_are_tried_again_and_a_worker_tells_as_well(self):
        hook = self.hook()
        self.receiver.answers = [(500,), (302, ("Location", self.receiver.url)), (204,)]
        self.ok_json("generate", *LUNA, *SMALL)
        self.assertEqual(self.receiver.got, [])
        worker = self.start_medusa("worker")
        self.addCleanup(lambda: worker.poll() is None and (worker.kill(), worker.wait()))
        self.wait(lambda: len(self.receiver.got) == 2)
        one, = self.deliveries(hook)
        self.assertEqual((one["state"], one["status"], one["attempts"]), ("waiting", 302, 2))
        self.assertEqual(len(self.receiver.told()), 1, "the same id in both tries")
        first, second = [int(headers["webhook-timestamp"]) for headers, _ in self.receiver.got]
        self.assertGreaterEqual(second - first, 5)

    def test_who_is_gone_is_switched_off_until_it_is_wanted_again(self):
        hook = self.hook()
        self.serve()
        self.receiver.answers = [(410,)]
        self.make()
        shown = lambda: self.ok_json("webhook", "list")[0]  # noqa: E731
        self.wait(lambda: not shown()["enabled"])
        self.assertIn("410", shown()["disabledReason"])
        self.make()
        time.sleep(2)
        self.assertEqual(len(self.receiver.got), 1)
        self.assertEqual(self.ask("POST", f"/api/webhooks/{hook['id']}/redeliver", {}).json(),
                         {"redelivered": 1})
        self.wait(lambda: len(self.receiver.got) == 2)
        self.assertEqual(len(self.receiver.told()), 1)
        self.assertTrue(shown()["enabled"])


class Killed(Hooked):
    def check_that_nothing_is_lost(self):
        hook = self.hook()
        self.receiver.hold = 0.2
        batch = self.home / "people.jsonl"
        batch.write_text("".join(json.dumps({"name": f"Ada {i}", "description": "a dwarf"}) + "\n"
                                 for i in range(12)))
        for _ in range(3):
            running = self.serve("--no-worker")
            if batch:
                self.ok("batch", "--file", batch, *SMALL)
                batch = None
            seen = len(self.receiver.got)
            self.wait(lambda: len(self.receiver.got) > seen or len(self.receiver.told()) == 12)
            running.kill()
            running.wait()
        self.serve("--no-worker")
        # What was in the hands of the dead is sent when their claim has passed, after a minute.
        self.wait(lambda: len(self.receiver.told()) == 12, 100)
        jobs = {event["data"]["jobId"] for event in self.receiver.told().values()}
        self.assertEqual(len(jobs), 12)
        for headers, body in self.receiver.got:
            Webhook(hook["secret"]).verify(body, headers)

    def test_kill_9_loses_no_delivery(self):
        self.check_that_nothing_is_lost()

    def test_nor_does_it_in_mongodb(self):
        server = MongoServer(self.home / "server")
        self.addCleanup(server.end)
        self.environment["MONGODB_URI"] = server.uri + "/medusa"
        self.check_that_nothing_is_lost()


class Refused(Hooked):
    def test_nothing_is_sent_inside_unless_the_operator_says_so(self):
        hook = self.hook()
        self.environment["MEDUSA_WEBHOOKS_TO"] = "public"
        self.serve()
        for url in ("http://example.com/", "https://127.0.0.1/", "https://2130706433/",
                    "https://[::1]/", "https://169.254.169.254/", "https://0x7f.1/",
                    "https://anna:secret@example.com/", "https://example.com:22/", "ftp://a.b/",
                    "https://[::ffff:10.0.0.1]/", "nonsense", ""):
            told = self.problem(400, "POST", "/api/webhooks", {"url": url})
            self.assertTrue(told["advice"], url)
            self.refused(UNUSABLE, "webhook", "create", url)
        # One from before, seen when it is sent to; and a name that leads inside, when it is
        # connected to.
        self.make()
        self.wait(lambda: self.deliveries(hook) and self.deliveries(hook)[0]["attempts"])
        self.assertIn("needs an https address", self.deliveries(hook)[0]["reason"])
        made = self.ask("POST", "/api/webhooks", {"url": "https://localhost:8443/"}).json()
        self.assertIn("not public", self.refused(AWAY, "webhook", "test", made["id"]))
        self.assertEqual(self.receiver.got, [])

    def test_webhooks_are_their_owner_s_and_want_the_scope_admin(self):
        self.serve()
        ben = self.token("admin", "--user", "ben")
        made = self.ask("POST", "/api/webhooks", {"url": self.receiver.url, "events": []},
                        Authorization=ben)
        self.assertEqual(made.status, 201, made.body)
        hook = made.json()
        self.assertEqual(made.headers["Location"], f"/api/webhooks/{hook['id']}")
        self.assertEqual(self.ask("GET", "/api/webhooks").json()["items"], [])
        for path, body in (("", None), ("/deliveries", None), ("/redeliver", {})):
            method = "POST" if body is not None else "GET" if path else "DELETE"
            self.problem(404, method, f"/api/webhooks/{hook['id']}{path}", body)
            for scope in ("read", "write"):
                self.problem(403, method, f"/api/webhooks/{hook['id']}{path}", body,
                             Authorization=self.token(scope, "--user", "ben"))
        shown, = self.ask("GET", "/api/webhooks", Authorization=ben).json()["items"]
        self.assertNotIn("secret", shown)
        self.assertEqual(shown["events"], ["job.done", "job.failed", "job.cancelled", "job.dead"])
        self.problem(400, "POST", "/api/webhooks", {"url": self.receiver.url, "events": ["x"]})
        self.problem(400, "POST", "/api/webhooks", {"url": self.receiver.url, "secret": "mine"})
        told = self.ask("DELETE", f"/api/webhooks/{hook['id']}", Authorization=ben)
        self.assertEqual(told.status, 204)
        self.problem(404, "DELETE", f"/api/webhooks/{hook['id']}", Authorization=ben)

    def test_the_command_line_says_what_came_back_and_never_the_secret(self):
        hook = self.hook()
        self.environment["MEDUSA_LOG"] = "debug"
        self.assertIn("204", self.ok("webhook", "test", hook["id"]))
        headers, body = self.receiver.got[0]
        self.assertEqual(Webhook(hook["secret"]).verify(body, headers)["type"], "webhook.test")
        self.receiver.answers = [(500,)]
        self.assertIn("500", self.refused(AWAY, "webhook", "test", hook["id"]))
        self.receiver.shutdown()
        self.receiver.server_close()
        self.assertIn("refuses connections", self.refused(AWAY, "webhook", "test", hook["id"]))
        for command in (["list"], ["deliveries", hook["id"]], ["redeliver", hook["id"]]):
            for form in ([], ["--json"]):
                done = self.run_medusa("webhook", *command, *form)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotIn(hook["secret"][6:], done.stdout + done.stderr)
        self.ok("webhook", "remove", hook["id"])
        self.refused(MISSING, "webhook", "remove", hook["id"])


if __name__ == "__main__":
    unittest.main()
