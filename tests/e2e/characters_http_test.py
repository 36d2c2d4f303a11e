#!/usr/bin/env python3
"""Characters over HTTP beyond the original endpoint: changes, batches, what lists find, and the
pages that describe it all."""

import concurrent.futures
import json
import time
import unittest

from http_test import SMALL, Served
from house import LUNA

TINY = {"width": 64, "height": 64}


class Changes(Served):
    def setUp(self):
        super().setUp()
        self.luna = self.ok_json("generate", *LUNA, *SMALL)
        self.serve()
        self.here = f"/api/characters/{self.luna['id']}"

    def test_words_change_and_the_person_stays(self):
        seen = self.ask("GET", self.here)
        told = self.ask("PATCH", self.here, {"name": "Luna of the Stars", "tags": ["wise", "calm"]},
                        If_Match=seen.headers["ETag"])
        self.assertEqual(told.status, 200, told.body)
        before, after = seen.json(), told.json()
        self.assertEqual((after["name"], after["version"]), ("Luna of the Stars", 2))
        self.assertEqual(after["personalityTraits"], {"mainTrait": "wise", "subTraits": ["calm"]})
        for same in ("id", "slug", "avatar", "jobId", "createdAt", "description", "style"):
            self.assertEqual(after[same], before[same])
        self.assertEqual(after["imageGeneration"], before["imageGeneration"])
        again = self.ask("GET", self.here)
        self.assertEqual(again.json(), after)
        self.assertEqual(again.headers["ETag"], told.headers["ETag"])
        embedding = json.loads(self.asset(after["embeddings"]["url"]).read_text())
        self.assertIn("wise, calm", embedding["text"])
        found = self.ask("GET", "/api/characters?tag=wise").json()["items"]
        self.assertEqual([one["id"] for one in found], [after["id"]])

    def test_what_was_answered_before_is_never_told_after_a_change(self):
        """The service gives an answer again only while nothing has changed, whoever changes it."""
        anna, ben = self.token("read"), self.token("read", "--user", "ben")
        for name in ("Ann", "Ben", "Cleo"):
            self.assertEqual(self.ask("PATCH", self.here, {"name": name}).status, 200)
            for _ in range(3):
                told = self.ask("GET", self.here, Authorization=anna)
                self.assertEqual(told.json()["name"], name)
                self.problem(404, "GET", self.here, Authorization=ben)
        packed = self.ask("GET", self.here, Authorization=anna, Accept_Encoding="gzip")
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        tag = self.ask("GET", self.here, Authorization=anna).headers["ETag"]
        for _ in range(3):
            same = self.ask("GET", self.here, Authorization=anna, If_None_Match=tag)
            self.assertEqual((same.status, same.body), (304, b""))
        self.ok("delete", self.luna["id"], "--force")
        self.problem(404, "GET", self.here, Authorization=anna)
        for one in self.ok_json("token", "list"):
            self.ok("token", "revoke", one["id"])
        self.problem(401, "GET", "/api/characters", Authorization=anna)

    def test_pictures_follow_the_new_description(self):
        self.ask("PATCH", self.here, {"description": "A stout dwarf with a red beard"})
        made = self.ask("POST", self.here + "/generate-image", {"imageType": "portrait"}).json()
        self.assertIn("red beard", made["prompt"])
        self.assertNotIn("silver", made["prompt"])

    def test_who_has_seen_an_older_one_changes_nothing(self):
        old = self.ask("GET", self.here).headers["ETag"]
        self.assertEqual(self.ask("PATCH", self.here, {"name": "Ann"}, If_Match=old).status, 200)
        told = self.problem(412, "PATCH", self.here, {"name": "Ben"}, If_Match=old)
        self.assertIn("ETag", told["advice"])
        self.assertEqual(self.ask("GET", self.here).json()["name"], "Ann")
        self.assertEqual(self.ask("PATCH", self.here, {"name": "Ben"}, If_Match="*").status, 200)

    def test_of_many_at_once_with_one_etag_one_wins(self):
        tag = self.ask("GET", self.here).headers["ETag"]
        with concurrent.futures.ThreadPoolExecutor(8) as many:
            told = list(many.map(lambda number: self.ask(
                "PATCH", self.here, {"name": f"Ann {number}"}, If_Match=tag).status, range(16)))
        self.assertEqual(sorted(told), [200] + [412] * 15)

    def test_of_many_at_once_none_is_lost(self):
        wishes = [{"name": "Ann"}, {"style": "anime"}, {"tags": ["calm"]},
                  {"description": "a tall knight"}]
        with concurrent.futures.ThreadPoolExecutor(4) as many:
            told = list(many.map(lambda wish: self.ask("PATCH", self.here, wish).status, wishes))
        self.assertEqual(told, [200] * 4)
        now = self.ask("GET", self.here).json()
        self.assertEqual((now["name"], now["style"], now["description"], now["version"]),
                         ("Ann", "anime", "a tall knight", 5))
        self.assertEqual(now["personalityTraits"]["mainTrait"], "calm")

    def test_what_is_wrong_changes_nothing(self):
        before = self.ask("GET", self.here).json()
        for status, wish in ((400, {"name": ""}), (400, {"name": "x" * 81}), (400, {"seed": 3}),
                             (400, {"style": "no such style"}), (400, {"id": 7}),
                             (400, {"owner": {"userId": "ben"}}), (400, {"tags": ["x"] * 33}),
                             (422, {"description": "a nude elf"})):
            self.problem(status, "PATCH", self.here, wish)
        self.problem(415, "PATCH", self.here, '{"name":"Ann"}', Content_Type="text/plain")
        self.assertEqual(self.ask("PATCH", self.here, {}).json(), before)


class Batches(Served):
    def wish(self, count):
        return {"characters": [{"name": f"Ann {number}", "description": "a tall knight", **TINY}
                               for number in range(count)]}

    def test_a_batch_is_followed_by_its_location(self):
        self.serve()
        told = self.ask("POST", "/api/characters/batch", self.wish(3), Idempotency_Key="three")
        self.assertEqual(told.status, 202, told.body)
        batch = told.json()
        self.assertEqual((batch["total"], len(batch["jobs"])), (3, 3))
        again = self.ask("POST", "/api/characters/batch", self.wish(3), Idempotency_Key="three")
        self.assertEqual(again.json(), batch)
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        end = time.monotonic() + 60
        jobs = self.followed(told)
        while {one["state"] for one in jobs} != {"done"}:
            self.assertLess(time.monotonic(), end, jobs)
            time.sleep(0.05)
            jobs = self.followed(told)
        self.assertEqual([one["id"] for one in reversed(jobs)], batch["jobs"])
        self.assertEqual(sorted(one["name"] for one in self.ok_json("list")),
                         ["Ann 0", "Ann 1", "Ann 2"])

    def followed(self, told):
        return self.ask("GET", told.headers["Location"]).json()["items"]

    def test_all_of_it_or_nothing(self):
        self.serve("--no-worker")
        wish = self.wish(4)
        wish["characters"][1]["seed"] = -1
        wish["characters"][3] = {"name": "Eve", "description": "a tall knight", "sead": 1}
        told = self.problem(400, "POST", "/api/characters/batch", wish)
        self.assertEqual([one["pointer"] for one in told["errors"]],
                         ["/characters/1/seed", "/characters/3/sead"])
        wish = self.wish(2)
        wish["characters"][1]["description"] = "a nude knight"
        told = self.problem(422, "POST", "/api/characters/batch", wish)
        self.assertEqual([one["pointer"] for one in told["errors"]], ["/characters/1"])
        for size in (0, 101):
            self.problem(400, "POST", "/api/characters/batch", self.wish(size))
        self.assertEqual(self.ok_json("jobs"), [])
        self.assertEqual(self.ask("POST", "/api/characters/batch", self.wish(100)).status, 202)
        self.assertEqual(len(self.ok_json("jobs", "--limit", "200")), 100)


class Lists(Served):
    def made(self, *names):
        wish = {"characters": [{"name": name, "description": "a tall knight", **TINY}
                               for name in names]}
        self.ask("POST", "/api/characters/batch", wish)
        self.ok("worker", "--until-idle", "--concurrency", "1")

    def names(self, query):
        told = self.ask("GET", "/api/characters?" + query)
        self.assertEqual(told.status, 200, told.body)
        return [one["name"] for one in told.json()["items"]]

    def test_a_text_is_found_in_any_case(self):
        self.serve("--no-worker")
        self.made("Zoë", "Ann", "Ben")
        self.ok("generate", "--name", "Mia", "--description", "a sailor", "--tags", "Seaworthy",
                "--style", "comic", *SMALL)
        self.assertEqual(self.names("q=ZO%C3%8B"), ["Zoë"])
        self.assertEqual(self.names("q=knight&limit=2"), ["Ben", "Ann"])
        self.assertEqual(self.names("q=seaWORTHY"), ["Mia"])
        self.assertEqual(self.names("style=comic&q=knight"), [])
        self.assertEqual(self.names("q=dragon"), [])
        self.assertEqual(len(self.names("q=")), 4)
        self.problem(400, "GET", "/api/characters?q=" + "x" * 201)

    def test_pages_neither_skip_nor_repeat_while_others_are_added(self):
        self.serve("--no-worker")
        self.made(*(f"Ann {number}" for number in range(6)))
        for query in ("", "&q=ann"):
            seen, cursor = [], ""
            while cursor is not None:
                page = self.ask("GET", f"/api/characters?limit=2{query}{cursor}").json()
                seen += [one["name"] for one in page["items"] if one["name"].startswith("Ann")]
                cursor = page["next"] and f"&cursor={page['next']}"
                self.made(f"Bea {len(seen)}")
            self.assertEqual(seen, [f"Ann {number}" for number in range(5, -1, -1)])


class Pages(Served):
    def test_the_document_and_its_page_need_no_token_and_nothing_from_elsewhere(self):
        self.serve()
        document = self.ask("GET", "/openapi.json")
        self.assertEqual(document.json()["openapi"], "3.1.0")
        same = self.ask("GET", "/openapi.json", If_None_Match=document.headers["ETag"])
        self.assertEqual((same.status, same.body), (304, b""))
        page = self.ask("GET", "/docs")
        self.assertEqual(page.headers["Content-Type"], "text/html; charset=utf-8")
        policy = page.headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        for file, kind in (("page.css", "text/css"), ("page.js", "text/javascript")):
            self.assertIn(f"/docs/{file}".encode(), page.body)
            part = self.ask("GET", f"/docs/{file}")
            self.assertTrue(part.headers["Content-Type"].startswith(kind))
            self.assertNotIn(b"://", part.body)
        self.assertNotIn(b"://", page.body)
        self.problem(404, "GET", "/docs/other.js")


if __name__ == "__main__":
    unittest.main()
