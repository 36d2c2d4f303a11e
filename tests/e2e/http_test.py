#!/usr/bin/env python3
"""The HTTP service as other people's programs use it: the original endpoint, tokens, waiting,
events, and what is refused."""

import concurrent.futures
import http.client
import json
import re
import signal
import subprocess
import time
import unittest

from house import LUNA, House, png_chunks

SMALL = ["--width", "128", "--height", "128"]
# To the letter.
GUIDE_CURL = """curl -X POST "http://localhost:3001/api/characters/123456/generate-image" \\
  -H "Content-Type: application/json" \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -d '{
    "imageType": "portrait",
    "mood": "happy",
    "setting": "magical forest"
  }'"""
WISH = {"imageType": "portrait", "mood": "happy", "setting": "magical forest"}


class Answer:
    def __init__(self, reply):
        self.status, self.headers, self.body = reply.status, reply.headers, reply.read()

    def json(self):
        return json.loads(self.body)


class Served(House):
    host = "127.0.0.1"

    def setUp(self):
        super().setUp()
        self.environment["MEDUSA_HTTP"] = f"{self.host}:0"

    def serve(self, *options):
        log = self.home / "serve.log"
        with log.open("w") as told:
            running = self.start_medusa("serve", *options, stderr=told)
        self.addCleanup(lambda: running.poll() is None and (running.kill(), running.wait()))
        end = time.monotonic() + 30
        while not (address := re.search(rf"http://{self.host}:(\d+)", log.read_text())):
            self.assertIsNone(running.poll(), log.read_text())
            self.assertLess(time.monotonic(), end, log.read_text())
            time.sleep(0.01)
        self.port = int(address[1])
        return running

    def ask(self, method, path, body=None, **headers):
        line = http.client.HTTPConnection(self.host, self.port, timeout=100)
        self.addCleanup(line.close)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            given.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        line.request(method, path, body, given)
        return Answer(line.getresponse())

    def problem(self, status, method, path, body=None, **headers):
        """The problem that the request is refused with."""
        told = self.ask(method, path, body, **headers)
        self.assertEqual(told.status, status, told.body)
        self.assertEqual(told.headers["Content-Type"], "application/problem+json")
        document = told.json()
        self.assertEqual(document["status"], status)
        self.assertEqual(document["requestId"], told.headers["X-Request-Id"])
        self.assertTrue(document["detail"])
        return document

    def token(self, scope, *user):
        return "Bearer " + self.ok_json("token", "create", "--scope", scope, *user)["token"]


class Original(Served):
    def test_the_guide_s_call_works_with_a_token_and_says_how_to_get_one(self):
        luna = self.ok_json("generate", *LUNA, *SMALL)
        self.serve()
        path = f"/api/characters/{luna['id']}/generate-image"
        refused = self.problem(401, "POST", path, WISH, Authorization="Bearer YOUR_TOKEN")
        self.assertIn("medusa token create", refused["advice"])
        token = self.token("write")
        pictures = set()
        for kind in ("portrait", "full-body", "action", "variation", "custom"):
            told = self.ask("POST", path, {**WISH, "imageType": kind, "prompt": "with a lute"},
                            Authorization=token)
            self.assertEqual(told.status, 201, told.body)
            made = told.json()
            self.assertEqual((made["type"], made["mood"], made["setting"]),
                             (kind, "happy", "magical forest"))
            picture = self.ask("GET", made["url"], Authorization=token)
            self.assertEqual((picture.status, picture.headers["Content-Type"]),
                             (200, "image/png"))
            self.assertIn("immutable", picture.headers["Cache-Control"])
            png_chunks(picture.body)
            pictures.add(picture.body)
        self.assertEqual(len(pictures), 5)
        shown = self.ok_json("show", luna["id"])["images"]
        self.assertEqual(len(shown), 6)

    def test_a_character_is_made_listed_seen_and_removed(self):
        self.serve()
        made = self.ask("POST", "/api/characters", {
            "name": "Zara", "description": "A cyberpunk hacker with neon hair", "style": "anime",
            "tags": ["hacker"], "width": 128, "height": 128, "seed": 7})
        self.assertEqual(made.status, 201, made.body)
        zara = made.json()
        self.assertEqual(made.headers["Location"], f"/api/characters/{zara['id']}")
        self.assertEqual(self.ask("GET", made.headers["Location"]).json(), zara)
        shown = self.ok_json("show", zara["id"])
        self.assertEqual(zara.pop("thumbnail"), zara["avatar"] + "?size=256")
        self.assertEqual({name: shown[name] for name in zara}, zara)
        for _ in range(2):
            self.ask("POST", "/api/characters", {"name": "Ann", "description": "a tall knight",
                                                 "width": 64, "height": 64})
        page = self.ask("GET", "/api/characters?limit=2").json()
        self.assertEqual(len(page["items"]), 2)
        rest = self.ask("GET", f"/api/characters?limit=2&cursor={page['next']}").json()
        self.assertEqual([one["id"] for one in rest["items"]], [zara["id"]])
        self.assertIsNone(rest["next"])
        found = self.ask("GET", "/api/characters?style=anime&tag=hacker").json()["items"]
        self.assertEqual([one["name"] for one in found], ["Zara"])
        self.assertEqual(self.ask("DELETE", f"/api/characters/{zara['id']}").status, 204)
        self.problem(404, "GET", f"/api/characters/{zara['id']}")


class Rights(Served):
    def test_nothing_of_somebody_else_is_there(self):
        luna = self.ok_json("generate", *LUNA, *SMALL)
        job = self.ok_json("jobs")[0]["id"]
        self.serve()
        ben = self.token("admin", "--user", "ben")
        here = f"/api/characters/{luna['id']}"
        for method, path in (("GET", here), ("DELETE", here), ("GET", here + "/images"),
                             ("POST", here + "/generate-image"), ("GET", f"/api/jobs/{job}"),
                             ("GET", f"/api/jobs/{job}/events"), ("GET", luna["avatar"]),
                             ("POST", f"/api/jobs/{job}/cancel"),
                             ("POST", f"/api/jobs/{job}/retry")):
            body = WISH if method == "POST" else None
            self.problem(404, method, path, body, Authorization=ben)
            self.assertNotEqual(self.ask("GET", here).status, 404)
        for path in ("/api/characters", "/api/jobs"):
            self.assertEqual(self.ask("GET", path, Authorization=ben).json()["items"], [])

    def test_a_scope_allows_what_it_says(self):
        luna = self.ok_json("generate", *LUNA, *SMALL)
        self.serve()
        reads = self.token("read")
        here = f"/api/characters/{luna['id']}"
        self.assertEqual(self.ask("GET", here, Authorization=reads).status, 200)
        for method, path in (("POST", here + "/generate-image"), ("DELETE", here),
                             ("POST", "/api/characters")):
            told = self.problem(403, method, path, WISH if method == "POST" else None,
                                Authorization=reads)
            self.assertIn("--scope write", told["advice"])

    def test_a_revoked_token_opens_nothing(self):
        made = self.ok_json("token", "create", "--scope", "write")
        self.assertEqual(set(made), {"token", "id", "user", "scope"})
        self.serve()
        asked = {"Authorization": f"bearer {made['token']}"}
        self.assertEqual(self.ask("GET", "/api/jobs", **asked).status, 200)
        self.ok("token", "revoke", made["id"])
        self.problem(401, "GET", "/api/jobs", **asked)
        self.assertEqual(self.ok_json("token", "list"), [])
        self.assertIn("medusa token list", self.refused(3, "token", "revoke", made["id"]))
        database = (self.data / "medusa.db").read_bytes()
        self.assertNotIn(made["token"].encode(), database)

    def test_without_a_token_only_this_machine_and_no_foreign_page_is_served(self):
        self.serve()
        here = f"127.0.0.1:{self.port}"
        self.assertEqual(self.ask("GET", "/api/jobs", Origin=f"http://{here}").status, 200)
        self.assertEqual(self.ask("GET", "/api/jobs", Host=f"localhost:{self.port}").status, 200)
        for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"},
                        {"Host": f"evil.example:{self.port}"}, {"Host": "127.0.0.1:1"},
                        {"Sec_Fetch_Site": "cross-site"}, {"Origin": "null"},
                        {"Origin": "http://127.0.0.1:1"}):
            self.problem(403, "GET", "/api/jobs", **headers)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            self.problem(415, "POST", "/api/characters", "{}", Content_Type=kind)
        for token in ("Bearer nonsense", "Bearer ", "Basic YTpi", "Bearer " + "x" * 9000):
            self.problem(401, "GET", "/api/jobs", Authorization=token)

    def test_an_open_address_needs_a_token_first(self):
        listen = {"MEDUSA_HTTP": "0.0.0.0:0"}
        self.assertIn("medusa token create", self.refused(4, "serve", environment=listen))


class Waiting(Served):
    def test_a_client_need_not_wait(self):
        self.serve()
        wish = {"name": "Ann", "description": "a tall knight", "width": 64, "height": 64}
        told = self.ask("POST", "/api/characters", wish, Prefer="respond-async")
        self.assertEqual(told.status, 202)
        address = told.headers["Location"]
        self.assertEqual(address, "/api/jobs/" + told.json()["id"])
        end = time.monotonic() + 20
        while self.ask("GET", address).json()["state"] != "done":
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_equal_posts_with_one_key_make_one_character(self):
        self.serve()
        wish = {"name": "Ann", "description": "a tall knight", "width": 64, "height": 64}
        with concurrent.futures.ThreadPoolExecutor(50) as many:
            told = list(many.map(lambda _: self.ask("POST", "/api/characters", wish,
                                                    Idempotency_Key="once"), range(100)))
        self.assertEqual({one.status for one in told}, {201})
        self.assertEqual(len({one.body for one in told}), 1)
        self.assertEqual(len(self.ok_json("list")), 1)
        told = self.problem(422, "POST", "/api/characters", {**wish, "name": "Ben"},
                            Idempotency_Key="once")
        self.assertEqual(told["code"], "conflict")

    def test_who_may_have_no_more_jobs_is_still_told_of_those_that_there_are(self):
        self.environment["MEDUSA_JOBS_PER_OWNER"] = "1"
        self.serve("--no-worker")
        wish = {"name": "Ann", "description": "a tall knight"}
        ask = {"Prefer": "respond-async", "Idempotency_Key": "once"}
        first = self.ask("POST", "/api/characters", wish, **ask)
        self.assertEqual(first.status, 202)
        again = self.ask("POST", "/api/characters", wish, **ask)
        self.assertEqual((again.status, again.body), (202, first.body))
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.problem(422, "POST", "/api/characters", {**wish, "name": "Ben"}, **ask)
        told = self.problem(429, "POST", "/api/characters", wish, **ask | {
            "Idempotency_Key": "twice"})
        self.assertEqual(told["code"], "quota")

    def test_events_go_on_where_they_were_cut(self):
        self.serve("--no-worker")
        wish = {"name": "Ann", "description": "a tall knight", "width": 64, "height": 64}
        address = self.ask("POST", "/api/characters", wish, Prefer="respond-async").headers[
            "Location"]
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.request("GET", address + "/events")
        reply = line.getresponse()
        self.assertEqual(reply.readline(), b"event: progress\n")
        place = json.loads(reply.readline().removeprefix(b"data: "))
        self.assertEqual((place["state"], place["stage"], place["position"]),
                         ("queued", "accepted", 1))
        self.assertEqual([reply.readline(), reply.readline()], [b"\n", b"id: 1\n"])
        reply.close()
        line.close()
        self.assertEqual(self.ask("GET", address).json()["position"], 1)
        self.ok("worker", "--until-idle")
        rest = self.ask("GET", address + "/events", Last_Event_ID="1").body.decode()
        numbers = [int(number) for number in re.findall(r"^id: (\d+)$", rest, re.M)]
        self.assertEqual(numbers, list(range(2, numbers[-1] + 1)))
        self.assertEqual(rest.count("event: end\n"), 1)
        self.assertIn('"what":"done"', rest.split("event: end\n")[1])

    def test_a_stop_ends_what_runs_and_loses_nothing(self):
        running = self.serve()
        wish = {"name": "Ann", "description": "a tall knight"}
        with concurrent.futures.ThreadPoolExecutor(20) as many:
            asked = [many.submit(self.ask, "POST", "/api/characters", wish) for _ in range(20)]
            time.sleep(0.5)
            running.send_signal(signal.SIGTERM)
            told = [one.result() for one in asked]
        self.assertEqual(running.wait(30), 0)
        self.assertLessEqual({one.status for one in told}, {201, 202})
        self.ok("worker", "--until-idle")
        self.assertEqual(len(self.ok_json("list")), 20)


class Refusals(Served):
    def test_what_is_wrong_is_told_field_by_field(self):
        self.serve()
        told = self.problem(400, "POST", "/api/characters",
                            {"name": 3, "description": "a knight", "seed": -1, "foo": 1})
        self.assertEqual([one["pointer"] for one in told["errors"]], ["/name", "/seed", "/foo"])
        deep = '{"a":' * 40 + "1" + "}" * 40
        for body in ("{", "[]", "3", '"x"', "{}x", "[" * 40 + "]" * 40, deep, b"\xff\xfe",
                     '{"name":"\\ud800"}'):
            self.problem(400, "POST", "/api/characters", body)
        self.problem(422, "POST", "/api/characters",
                     {"name": "Ann", "description": "a nude knight"})
        self.problem(400, "POST", "/api/characters", {"name": "Ann", "description": "x" * 5000})
        self.problem(413, "POST", "/api/characters", "x" * (1 << 20 | 1))

    def test_what_is_not_there_is_told(self):
        self.serve()
        for path in ("/", "/api", "/api/characters/abc", "/api/characters/-1", "/api/jobs/1",
                     "/api/characters/99999999999999999999", "/assets/", "/assets/root/x.png",
                     "/assets/%2e%2e%2fmedusa.db", "/api/characters/1/nothing"):
            self.assertIn(self.ask("GET", path).status, (400, 404), path)
        told = self.ask("PUT", "/api/characters", {})
        self.assertEqual((told.status, told.headers["Allow"]), (405, "GET, HEAD, POST"))
        for query in ("limit=0", "limit=101", "limit=x", "cursor=7", "cursor=b-1", "cursor=%00"):
            self.problem(400, "GET", f"/api/characters?{query}")

    def test_an_address_that_is_taken_is_said(self):
        self.serve()
        taken = {"MEDUSA_HTTP": f"127.0.0.1:{self.port}"}
        self.assertIn("MEDUSA_HTTP", self.refused(7, "serve", environment=taken))

    def test_curl_as_the_guide_prints_it_is_answered(self):
        luna = self.ok_json("generate", *LUNA, *SMALL)
        self.serve()
        printed = GUIDE_CURL.replace("3001", str(self.port)).replace("123456", str(luna["id"]))
        refused = json.loads(self.typed(printed))
        self.assertEqual(refused["status"], 401)
        self.assertIn("medusa token create --scope write", refused["advice"])
        made = json.loads(self.typed(printed.replace("Bearer YOUR_TOKEN", self.token("write"))))
        self.assertEqual((made["characterId"], made["type"]), (luna["id"], "portrait"))

    def typed(self, line):
        done = subprocess.run(["bash", "-c", line], capture_output=True, check=True, timeout=60)
        return done.stdout


if __name__ == "__main__":
    unittest.main()
