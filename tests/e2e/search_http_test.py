#!/usr/bin/env python3
"""Search over HTTP in the real service: what is made is found at once, by what it means; what is
gone is found no more; nobody finds what is somebody else's; and no query does any harm."""

import unittest
from urllib.parse import quote, urlencode

from http_test import Served
from mongo_server import MongoServer

TINY = {"width": 64, "height": 64}
PEOPLE = {
    "Robin": ("A shy android who plays the violin in an empty station", "cyberpunk", ["gentle"]),
    "Aria": ("A pirate captain who sails the southern seas", "realistic", ["bold", "gentle"]),
    "Luna": ("A mystical elven sorceress with silver hair", "fantasy", ["wise"]),
    "Bruno": ("A stout dwarf who bakes bread and tells jokes", "fantasy", ["funny", "gentle"]),
}


class Searched(Served):
    def setUp(self):
        super().setUp()
        self.serve()

    def make(self, name, description, style="fantasy", tags=(), status=201, **others):
        """The answer."""
        headers = {key: others.pop(key) for key in [*others] if key[0].isupper()}
        told = self.ask("POST", "/api/characters", {
            "name": name, "description": description, "style": style, "tags": [*tags], **TINY,
            **others}, **headers)
        self.assertEqual(told.status, status, told.body)
        return told

    def people(self):
        """The ids, by name."""
        return {name: self.make(name, *told).json()["id"] for name, told in PEOPLE.items()}

    def found(self, path, query=(), **headers):
        told = self.ask("GET", f"{path}?{urlencode(query)}", **headers)
        self.assertEqual(told.status, 200, told.body)
        page = told.json()
        self.assertIsNone(page["next"])
        return page["items"]

    def names(self, path, query=(), **headers):
        return [one["name"] for one in self.found(path, query, **headers)]

    def search(self, text, *filters, **headers):
        return self.names("/api/search", [("q", text), *filters], **headers)

    def similar(self, number, *wishes, **headers):
        return self.names(f"/api/characters/{number}/similar", wishes, **headers)


class Finding(Searched):
    def test_each_is_found_at_once_by_what_it_means(self):
        """None of these words stands in the descriptions."""
        for name, meaning in (("Robin", "a timid robot musician"), ("Aria", "ocean adventurer"),
                              ("Luna", "magical wizard lady"), ("Bruno", "humorous pastry chef")):
            self.make(name, *PEOPLE[name])
            self.assertEqual(self.search(meaning)[0], name)
        self.assertEqual(len(self.search("someone")), 4)

    def test_a_hit_is_the_record_and_says_why(self):
        ids = self.people()
        hit = self.found("/api/search", {"q": "shy android"})[0]
        match = hit.pop("match")
        self.assertEqual(hit, self.ask("GET", f"/api/characters/{ids['Robin']}").json())
        self.assertEqual(match["words"], ["shy", "android"])
        self.assertIn("android", match["shared"])
        self.assertGreater(match["similarity"], 0.4)

    def test_filters_and_limits_hold(self):
        ids = self.people()
        self.assertEqual(sorted(self.search("who", ("tag", "GENTLE"))), ["Aria", "Bruno", "Robin"])
        self.assertEqual(self.search("who", ("tag", "gentle"), ("tag", "bold")), ["Aria"])
        self.assertEqual(sorted(self.search("who", ("style", "fantasy"))), ["Bruno", "Luna"])
        self.assertEqual(self.search("who", ("style", "fantasy"), ("tag", "bold")), [])
        self.assertEqual(len(self.search("who", ("limit", "2"))), 2)
        near = self.similar(ids["Robin"])
        self.assertEqual(sorted(near), ["Aria", "Bruno", "Luna"])
        self.assertEqual(self.similar(ids["Robin"], ("tag", "wise")), ["Luna"])
        self.assertEqual(self.similar(ids["Robin"], ("limit", "1")), near[:1])

    def test_more_like_these_and_less_like_that(self):
        ids = self.people()
        self.make("Nova", "An elven sorceress of the northern woods", "fantasy", ["calm"])
        self.assertEqual(self.similar(ids["Aria"], ("also", f"{ids['Luna']}:3"))[0], "Nova")
        without = self.similar(ids["Aria"], ("also", f"{ids['Bruno']}"),
                               ("less", f"{ids['Luna']}:3"))
        self.assertEqual(without[-1], "Nova")
        self.assertNotIn("Luna", without)

    def test_what_changes_is_found_as_it_is_now(self):
        here = f"/api/characters/{self.people()['Bruno']}"
        self.ask("PATCH", here, {"description": "A glacier scientist who studies penguins"})
        self.assertEqual(self.search("antarctic research")[0], "Bruno")
        self.assertEqual(self.found("/api/search", {"q": "bakes bread"})[0]["match"]["words"], [])

    def test_what_is_removed_is_gone_at_once(self):
        ids = self.people()
        for name in ("Robin", "Luna"):
            self.assertEqual(self.search(PEOPLE[name][0])[0], name)
            self.assertEqual(self.ask("DELETE", f"/api/characters/{ids[name]}").status, 204)
            self.assertNotIn(name, self.search(PEOPLE[name][0]))
            self.assertNotIn(name, self.similar(ids["Aria"]))
            self.problem(404, "GET", f"/api/characters/{ids[name]}/similar")

    def test_a_command_line_beside_the_service_is_heard_of(self):
        self.ok("generate", "--name", "Vera", "--description", "A beekeeper on a rooftop",
                "--width", "64", "--height", "64")
        self.assertEqual(self.search("honey and insects"), ["Vera"])
        self.ok("delete", self.found("/api/search", {"q": "Vera"})[0]["id"], "--force")
        self.assertEqual(self.search("honey and insects"), [])


class Owners(Searched):
    def test_nobody_finds_what_is_somebody_else_s(self):
        ids = self.people()
        ben = {"Authorization": self.token("write", "--user", "ben")}
        self.assertEqual(self.search("a shy android", **ben), [])
        self.problem(404, "GET", f"/api/characters/{ids['Luna']}/similar", **ben)
        mine = self.make("Tessa", "A shy android who plays the violin", **ben).json()["id"]
        self.assertEqual(self.search("a shy android", **ben), ["Tessa"])
        self.assertEqual(self.similar(mine, **ben), [])
        self.assertNotIn("Tessa", self.search("a shy android"))
        self.assertNotIn("Tessa", self.similar(ids["Robin"]))
        for name in ("also", "less"):
            self.problem(404, "GET", f"/api/characters/{mine}/similar?{name}={ids['Luna']}", **ben)
        self.problem(404, "GET", f"/api/characters/{max(ids.values()) + 1000}/similar")


class OnMongoDB(Searched):
    def serve(self, *options):
        mongo = MongoServer(self.home / "mongo")
        self.addCleanup(mongo.end)
        self.environment["MONGODB_URI"] = mongo.uri + "/medusa"
        return super().serve(*options)

    def test_it_is_all_the_same(self):
        ids = self.people()
        self.assertEqual(self.search("a timid robot musician")[0], "Robin")
        self.assertEqual(self.search("who", ("tag", "gentle"), ("tag", "bold")), ["Aria"])
        self.make("Robin", *PEOPLE["Robin"], status=409, ifSimilar="refuse")
        self.ask("DELETE", f"/api/characters/{ids['Robin']}")
        self.assertNotIn("Robin", self.search("a shy android"))
        self.assertNotIn("Robin", self.similar(ids["Aria"]))
        self.make("Robin", *PEOPLE["Robin"], ifSimilar="refuse")


class OddQueries(Searched):
    # Of languages, of SQLite's full text search, of MongoDB, of SQL, and of nobody.
    HARMLESS = ("エルフの魔法使い", "серебряные волосы эльфийки", "ساحرة فضية", "妖精", "🧝‍♀️ ✨",
                'NEAR("elf" hair, 5)', "name:elf OR *", '"', "'", "elf*", "-elf", "^elf", "(((",
                "AND", "elf AND NOT hair", '"unbalanced', "a' OR '1'='1'; DROP TABLE characters;",
                '{"$where": "1"}', "$text", "%", "%%%", "\\", "../../etc", "<script>", "{}{}", "{",
                "\u202eelf", "a\u0301" * 100, "x" * 2000, "🧝" * 300, "a " * 1000, ".", "ß",
                "the of and")

    def test_sensible_results_or_a_clear_refusal(self):
        ids = self.people()
        for text in self.HARMLESS:
            with self.subTest(text=text[:40]):
                hits = self.search(text)
                self.assertEqual(sorted(hits), sorted(PEOPLE))  # by meaning, all that there are
        for text in ("", " ", "\u200b", "x" * 2001):
            with self.subTest(text=text[:40]):
                told = self.problem(400, "GET", "/api/search?" + urlencode({"q": text}))
                self.assertTrue(told["advice"])
        for raw in ("", "?Q=elf", "?q", "?q=%", "?q=%ff%fe", "?q=%00", "?q=elf%00hair",
                    "?q=elf&limit=0", "?q=elf&limit=101", "?q=elf&limit=x",
                    "?q=elf" + "&tag=a" * 70):
            with self.subTest(raw=raw[:40]):
                self.problem(400, "GET", "/api/search" + raw)
        words = quote(" ".join(f"word{number}" for number in range(10_000)))
        self.problem(431, "GET", "/api/search?q=" + words)
        here = f"/api/characters/{ids['Luna']}/similar"
        for raw in ("also=x", "also=1:0", "also=1:nan", "less=1:1e9", "less=1,,2", "less='",
                    "also=" + ",".join(["1"] * 33), f"less={ids['Luna']}:2"):
            with self.subTest(raw=raw[:40]):
                self.assertTrue(self.problem(400, "GET", f"{here}?{raw}")["advice"])
        self.assertEqual(self.search("a timid robot musician")[0], "Robin")  # it lives


class Duplicates(Searched):
    robin = ("Robin", *PEOPLE["Robin"])

    def test_who_wants_it_is_refused_a_second_one(self):
        first = self.make(*self.robin).json()["id"]
        told = self.make(*self.robin, status=409, ifSimilar="refuse").json()
        self.assertIn(f"character {first}, Robin", told["detail"])
        self.assertIn("% alike", told["detail"])
        self.assertIn("ifSimilar", told["advice"])
        self.assertEqual(len(self.ok_json("list")), 1)
        self.assertEqual(len(self.ok_json("jobs")), 1)
        self.make("Luna", *PEOPLE["Luna"], ifSimilar="refuse")
        ben = self.token("write", "--user", "ben")
        self.make(*self.robin, ifSimilar="refuse", Authorization=ben)
        self.make(*self.robin)

    def test_who_wants_it_is_warned(self):
        first = self.make(*self.robin)
        self.assertIsNone(first.headers["Similar-Characters"])
        self.assertIsNone(self.make("Luna", *PEOPLE["Luna"], ifSimilar="warn")
                          .headers["Similar-Characters"])
        known = str(first.json()["id"])
        second = self.make(*self.robin, ifSimilar="warn")
        self.assertEqual(second.headers["Similar-Characters"], known)
        later = self.make(*self.robin, status=202, ifSimilar="warn", Prefer="respond-async")
        self.assertEqual(set(later.headers["Similar-Characters"].split(", ")),
                         {known, str(second.json()["id"])})

    def test_a_replay_is_told_what_the_first_was(self):
        for wish, name in (("refuse", "Luna"), ("warn", "Robin")):
            wanted = (name, *PEOPLE[name])
            first = self.make(*wanted, ifSimilar=wish, Idempotency_Key=name)
            again = self.make(*wanted, ifSimilar=wish, Idempotency_Key=name)
            self.assertEqual(again.json(), first.json())
            self.assertEqual(again.headers["Idempotency-Replayed"], "true")
            self.assertIsNone(again.headers["Similar-Characters"])
            self.make(*wanted, status=409, ifSimilar="refuse", Idempotency_Key="new " + name)
        self.assertEqual(len(self.ok_json("list")), 2)


if __name__ == "__main__":
    unittest.main()
