#!/usr/bin/env python3
"""Characters are found again: by what they are like, by others that they are like, and before a
twin of them is made."""

import json
import signal
import sqlite3
import subprocess
import time
import unittest

from house import LUNA, House

SMALL = ("--width", 64, "--height", 64)
PEOPLE = (
    ("Unit Seven", "A shy android with silver hair who plays the violin in an empty concert hall",
     "anime", ["shy", "gentle"]),
    ("Brannoch", "A grumpy old dwarf smith with a grey beard and a leather apron", "fantasy",
     ["grumpy", "loyal"]),
    ("Mirabel", "A cheerful baker with red curls and freckles who bakes bread before dawn",
     "cartoon", ["cheerful"]),
    ("Captain Okoro", "A bold pirate captain with braids, a scar and a long blue coat", "comic",
     ["bold"]),
    ("Sister Wren", "A quiet healer monk with a shaved head and a robe, deep in a forest",
     "watercolor", ["quiet", "gentle"]),
)


class Search(House):
    def setUp(self):
        super().setUp()
        lines = [json.dumps({"name": name, "description": text, "style": style, "tags": tags})
                 for name, text, style, tags in PEOPLE]
        (self.home / "people.jsonl").write_text("\n".join(lines) + "\n")
        self.ok("batch", "--file", "people.jsonl", *SMALL)

    def found(self, *arguments):
        return [one["name"] for one in self.ok_json("search", *arguments)]

    def id_of(self, name):
        return next(one["id"] for one in self.ok_json("list") if one["name"] == name)

    def test_people_are_found_in_other_words_than_their_own(self):
        for wish, name in (("a bashful robot who makes music", "Unit Seven"),
                           ("blacksmith who is always in a bad mood", "Brannoch"),
                           ("somebody who makes pastry", "Mirabel"),
                           ("sailor, buccaneer", "Captain Okoro"),
                           ("a nun who mends wounds", "Sister Wren")):
            self.assertEqual(self.found(wish)[0], name, wish)

    def test_names_tags_and_filters(self):
        self.assertEqual(self.found("okoro")[0], "Captain Okoro")
        self.assertEqual(set(self.found("somebody", "--tag", "GENTLE")),
                         {"Unit Seven", "Sister Wren"})
        self.assertEqual(self.found("somebody", "--tag", "gentle", "--style", "anime"),
                         ["Unit Seven"])
        self.assertEqual(self.found("somebody", "--tag", "gentle, shy"), ["Unit Seven"])
        self.assertEqual(len(self.found("somebody", "--limit", 2)), 2)
        self.assertEqual(self.found("somebody", "--userId", "nobody"), [])

    def test_a_hit_says_why_and_where_the_picture_is(self):
        hit, = self.ok_json("search", "a shy android with silver hair", "--limit", 1)
        self.assertEqual(hit["name"], "Unit Seven")
        self.assertTrue(hit["avatarPath"].endswith(".png"))
        match = hit["match"]
        self.assertGreater(match["similarity"], 0.3)
        self.assertGreater(match["score"], 0.9)
        self.assertLessEqual({"shy", "android"}, set(match["words"]))
        self.assertIn("silver hair", match["shared"])
        text = self.ok("search", "a", "shy", "android")
        self.assertIn("1. Unit Seven - ID: ", text)
        self.assertIn("says     shy, android", text)

    def test_others_that_are_alike_and_not_like_that(self):
        self.ok("generate", "--name", "Unit Eight", "--description",
                "A proud android with silver hair who plays the drums in a stadium", *SMALL)
        seven, smith = self.id_of("Unit Seven"), self.id_of("Brannoch")
        alike = self.ok_json("similar", seven)
        self.assertEqual(alike[0]["name"], "Unit Eight")
        self.assertIn("android", alike[0]["match"]["shared"])
        self.assertNotIn("Unit Seven", [one["name"] for one in alike])
        less = self.ok_json("similar", f"{smith}:2", "--less", seven)
        self.assertEqual(less[-1]["name"], "Unit Eight")

    def test_what_was_changed_and_removed_is_followed(self):
        smith = self.id_of("Brannoch")
        self.assertIn("Brannoch", self.found("dwarf"))
        self.ok("delete", smith, "--force")
        self.assertNotIn("Brannoch", self.found("dwarf"))
        self.ok("generate", "--name", "Ingot", "--description", "A dwarf who digs for gold",
                *SMALL)
        self.assertEqual(self.found("dwarf")[0], "Ingot")
        self.assertIn("✅ 5 characters can be found", self.ok("reindex"))
        self.assertEqual(self.found("dwarf")[0], "Ingot")

    def test_an_index_that_cannot_be_trusted_is_made_anew(self):
        self.found("dwarf")
        index = self.data / "search/index"
        whole = index.read_bytes()
        for damage in (whole[:100], whole[:-1], whole[:2000] + b"\0" + whole[2001:], b"", b"no"):
            index.write_bytes(damage)
            done = self.run_medusa("search", "dwarf", "--json")
            self.assertEqual(json.loads(done.stdout)[0]["name"], "Brannoch")
            self.assertIn("note: the search index was made anew", done.stderr)
            self.assertEqual(index.read_bytes()[:100], whole[:100])

    def test_a_search_needs_no_place_for_its_index(self):
        (self.data / "search").mkdir(exist_ok=True)
        index = self.data / "search/index"
        index.unlink(missing_ok=True)
        index.mkdir()
        done = self.run_medusa("search", "dwarf", "--json")
        self.assertEqual(json.loads(done.stdout)[0]["name"], "Brannoch")
        self.assertIn("note: the search index could not be kept", done.stderr)

    def test_a_twin_is_noticed_before_it_is_made(self):
        twin = ("--name", "Unit Nine", "--description", PEOPLE[0][1], "--tags", "shy,gentle",
                "--style", "anime", *SMALL)
        seven = self.id_of("Unit Seven")
        refused = self.refused(1, "generate", "--if-similar", "refuse", *twin)
        self.assertIn(f"Unit Seven - ID: {seven} is 100 % alike", refused)
        self.assertEqual(len(self.ok_json("list")), len(PEOPLE))
        made = self.run_medusa("generate", *twin)
        self.assertEqual(made.returncode, 0)
        self.assertIn(f"medusa show {seven}", made.stderr)
        quiet = self.run_medusa("generate", "--if-similar", "ignore", *twin)
        self.assertNotIn("alike", quiet.stderr)
        other = self.run_medusa("generate", "--if-similar", "refuse", *LUNA, *SMALL)
        self.assertEqual(other.returncode, 0, other.stderr)
        self.assertIn("warn, refuse or ignore",
                      self.refused(2, "generate", "--if-similar", "perhaps", *LUNA))

    def test_odd_searches_are_refused_or_find_what_they_can(self):
        for wish in ("", "   ", "word " * 10_000, "\u200b"):
            self.assertIn("search", self.refused(2, "search", wish))
        self.refused(2, "search")
        for wish in ('"luna" OR name:*', "'; DROP TABLE characters; --", "NEAR(a b)", "剣士",
                     "добрая колдунья", "🙂", "- 5", "*", "$where"):
            self.ok_json("search", wish)
        self.assertIn("there is no character 99", self.refused(3, "similar", 99))
        theirs = self.ok_json("generate", "--userId", "bob", *LUNA, *SMALL)["id"]
        self.assertIn("there is no character", self.refused(3, "similar", theirs))
        seven, wren = self.id_of("Unit Seven"), self.id_of("Sister Wren")
        self.assertIn(f"{seven} is liked and not liked",
                      self.refused(2, "similar", seven, "--less", seven))
        self.assertEqual(self.ok_json("similar", "--less", wren, seven),
                         self.ok_json("similar", seven, "--less", wren))
        self.assertIn('Did you mean "pixel-art"?',
                      self.refused(2, "search", "robot", "--style", "pixelart"))
        self.assertIn("--if-similar is for one character", self.refused(
            2, "generate", "--batch-templates", "--if-similar", "refuse"))
        for bad in ("x", "123456:0", "123456:-1", "123456:nan"):
            self.refused(2, "similar", bad)
        for limit in (0, 101, "many"):
            self.refused(2, "search", "dwarf", "--limit", limit)

    def test_a_damaged_record_ends_no_search(self):
        smith = self.id_of("Brannoch")
        with sqlite3.connect(self.data / "medusa.db") as on:
            on.execute("UPDATE characters SET record = '{' WHERE id = ?", (smith,))
        self.assertNotIn("Brannoch", self.found("dwarf"))
        self.assertIn("cannot be read", self.refused(1, "reindex"))
        self.assertEqual(self.found("bread")[0], "Mirabel")

    def test_a_reindex_that_is_killed_leaves_the_index_as_it_was(self):
        self.found("dwarf")
        for pause in (0.05, 0.2, 0.4, 0.6):
            running = self.start_medusa("reindex", stdout=subprocess.DEVNULL)
            time.sleep(pause)
            running.send_signal(signal.SIGKILL)
            running.wait()
            done = self.run_medusa("search", "dwarf", "--json")
            self.assertEqual(json.loads(done.stdout)[0]["name"], "Brannoch")
            self.assertEqual(done.stderr, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
