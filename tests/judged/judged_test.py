#!/usr/bin/env python3
"""The judged set is sound: see tests/data/judged/README.md for what it is."""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import judged
from sieve import refused

BYTES_MAX = 2_000_000
STYLES = json.loads((judged.ROOT / "resources/styles.json").read_text())


def read(name):
    return [json.loads(line) for line in (judged.DATA / name).read_text("utf-8").splitlines()]


def content_words(text):
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 3}


class JudgedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.characters, cls.queries = read("characters.jsonl"), read("queries.jsonl")
        cls.by_id = {one["id"]: one for one in cls.characters}

    def test_it_is_what_the_tool_makes(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, judged.ROOT / "tests/judged/make_judged.py", folder],
                           check=True)
            for name in ("characters.jsonl", "queries.jsonl"):
                self.assertEqual(pathlib.Path(folder, name).read_bytes(),
                                 (judged.DATA / name).read_bytes(), f"{name} was changed by hand, "
                                 "or its words without tests/judged/make_judged.py")

    def test_it_is_small(self):
        self.assertLess(sum(path.stat().st_size for path in judged.DATA.iterdir()), BYTES_MAX)

    def test_there_are_two_thousand_people_and_no_two_described_alike(self):
        self.assertEqual(len(self.by_id), 2_000)
        self.assertEqual(len(self.characters), 2_000)
        self.assertEqual(len({one["description"] for one in self.characters}), 2_000)
        self.assertLessEqual({one["style"] for one in self.characters},
                             {style["name"] for style in STYLES})

    def test_there_are_enough_queries_of_each_kind(self):
        self.assertGreaterEqual(len(self.queries), 120)
        self.assertEqual(len({query["text"] for query in self.queries}), len(self.queries))
        kinds = collections.Counter(query["kind"] for query in self.queries)
        self.assertGreaterEqual(len(kinds), 8)
        self.assertGreater(kinds["paraphrase"], kinds["name"] + kinds["tag"])

    def test_each_query_has_hits_that_exist(self):
        for query in self.queries:
            with self.subTest(query["text"]):
                grades = collections.Counter(query["grades"].values())
                self.assertLessEqual(grades.keys(), {1, 2, 3})
                self.assertGreaterEqual(grades[3], 3)
                self.assertLessEqual(query["grades"].keys(), self.by_id.keys())

    def test_grades_follow_from_the_facts(self):
        table = [("a shy android = kind-android! temper-shy", [
                     ("kind-android temper-shy", 3), ("kind-android", 1), ("temper-shy", 0),
                     ("", 0)]),
                 ("one thing = temper-shy!", [("temper-shy", 3), ("music", 0)]),
                 ("none essential = given-Ada family-Eze", [
                     ("given-Ada family-Eze", 3), ("given-Ada", 1), ("family-Eze", 1), ("", 0)]),
                 ("three things = sea! brave music", [
                     ("sea brave music", 3), ("sea music", 2), ("sea", 1), ("brave music", 0)]),
                 ("four things = sea! brave music art", [("sea brave art", 2), ("sea art", 1),
                                                         ("sea", 0)])]
        for line, cases in table:
            for facts, grade in cases:
                with self.subTest(f"{line} | {facts}"):
                    query = judged.Query(1, "", line)
                    self.assertEqual(query.grade(facts.split()), grade)

    def test_facts_that_are_asked_are_facts(self):
        known = {fact for entry in judged.words.entries().values() for fact in entry.facts}
        for query in judged.queries():
            for fact in query.asked:
                if not judged.is_name(fact):
                    self.assertIn(fact, known | {"woman", "man"}, query.text)

    def test_words_alone_cannot_find_what_is_paraphrased(self):
        shared = []
        for query in self.queries:
            if query["kind"] in ("paraphrase", "life"):
                asked = content_words(query["text"])
                for name, grade in query["grades"].items():
                    if grade == 3:
                        told = content_words(self.by_id[name]["description"])
                        shared.append(len(asked & told) / len(asked))
        self.assertGreater(shared.count(0) / len(shared), 0.5)

    def test_all_of_it_passes_the_content_policy_and_shows_adults(self):
        lines = [json.dumps(one) for one in self.characters]
        lines += [json.dumps({"name": query["id"], "description": query["text"], "style": "anime",
                              "tags": []}) for query in self.queries]
        self.assertEqual(refused(lines), "")


if __name__ == "__main__":
    unittest.main()
