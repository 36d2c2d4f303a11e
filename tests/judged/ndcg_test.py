#!/usr/bin/env python3
"""nDCG@10 against values that were worked out by hand."""

import json
import math
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

from ndcg import ndcg, summary  # noqa: E402

GRADES = {"a": 3, "b": 2, "c": 1}
# 7/1 + 3/log2(3) + 1/2
IDEAL = 7 + 3 / 1.5849625007211562 + 0.5
TABLE = [
    ("the best order", ["a", "b", "c"], 1.0),
    ("others behind do no harm", ["a", "b", "c", "x", "y"], 1.0),
    ("nothing found", [], 0.0),
    ("only strangers", ["x", "y", "z"], 0.0),
    ("the best alone", ["a"], 7 / IDEAL),
    ("the best at the second place", ["x", "a"], 7 / 1.5849625007211562 / IDEAL),
    ("turned round: 1/1 + 3/1.585 + 7/2", ["c", "b", "a"], 6.3927892607143724 / IDEAL),
    ("the tenth place counts", list("0123456789")[:9] + ["a"], 7 / 3.4594316186372973 / IDEAL),
    ("the eleventh does not", list("0123456789") + ["a"], 0.0),
    ("an id that comes twice counts once", ["a", "a", "b", "c"],
     (7 + 3 / 2 + 1 / 2.321928094887362) / IDEAL),
]


class NdcgTest(unittest.TestCase):
    def test_table(self):
        for what, ranked, wanted in TABLE:
            with self.subTest(what):
                self.assertAlmostEqual(ndcg(ranked, GRADES), wanted, places=12)

    def test_no_more_than_ten_can_be_ideal(self):
        grades = {f"c{number}": 1 for number in range(30)}
        self.assertEqual(ndcg([f"c{number}" for number in range(5, 15)], grades), 1)

    def test_a_query_without_hits_is_no_query(self):
        with self.assertRaises(ValueError):
            ndcg(["a"], {})

    def test_means_by_kind_and_in_all(self):
        queries = [{"id": "q1", "kind": "name", "grades": {"a": 3}},
                   {"id": "q2", "kind": "name", "grades": {"b": 3}},
                   {"id": "q3", "kind": "tag", "grades": {"c": 1}}]
        found = summary(queries, {"q1": ["a"], "q3": ["x", "c"]})
        self.assertEqual(found["by_kind"], {"name": 0.5, "tag": round(1 / math.log2(3), 4)})
        self.assertAlmostEqual(found["ndcg_at_10"], (1 + 0 + 0.63093) / 3, places=4)
        with self.assertRaisesRegex(ValueError, "q4"):
            summary(queries, {"q4": ["a"]})

    def test_from_the_command_line(self):
        with tempfile.TemporaryDirectory() as folder:
            queries, ranked = pathlib.Path(folder, "queries"), pathlib.Path(folder, "ranked")
            queries.write_text(json.dumps({"id": "q1", "kind": "name", "grades": GRADES}) + "\n")
            ranked.write_text(json.dumps({"query": "q1", "ids": ["a", "b"]}) + "\n")
            told = subprocess.run([sys.executable, ROOT / "bench/ndcg.py", queries, ranked],
                                  stdout=subprocess.PIPE, check=True).stdout
        self.assertEqual(json.loads(told)["ndcg_at_10"], round((IDEAL - 0.5) / IDEAL, 4))


if __name__ == "__main__":
    unittest.main()
