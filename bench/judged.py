#!/usr/bin/env python3
"""Ranks the judged set (tests/data/judged) by words alone, by meaning alone and by both, and tells
the nDCG@10 of each. bench/run judged starts this; it prints one JSON object.

  words    SQLite FTS5 over name, description and tags: any word of the query, stemmed, by bm25
  meaning  the cosine of medusa's own vectors
  both     reciprocal rank fusion of the two, with the customary constant 60

These are yardsticks without tuning, not the search of the program.
"""

import argparse
import json
import pathlib
import re
import sqlite3
import subprocess

import numpy as np

from ndcg import read_lines, summary

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "tests/data/judged"
DEPTH = 100
FUSION = 60


def by_words(characters, queries):
    data = sqlite3.connect(":memory:")
    data.execute("CREATE VIRTUAL TABLE found USING fts5(id UNINDEXED, name, description, tags, "
                 "tokenize='porter unicode61')")
    data.executemany("INSERT INTO found VALUES (?, ?, ?, ?)",
                     [(one["id"], one["name"], one["description"], " ".join(one["tags"]))
                      for one in characters])
    ranked = {}
    for query in queries:
        match = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", query["text"]))
        rows = data.execute("SELECT id FROM found WHERE found MATCH ? ORDER BY rank, id LIMIT ?",
                            (match, DEPTH))
        ranked[query["id"]] = [name for name, in rows]
    return ranked


def embed(program, lines):
    text = "".join(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run([program, str(ROOT / ".deps/models"), "1"], input=text.encode(),
                          stdout=subprocess.PIPE, check=True)
    return np.frombuffer(done.stdout, "<f4").reshape(len(lines), -1)


def by_meaning(program, characters, queries):
    near = embed(program, [query["text"] for query in queries]) @ embed(program, characters).T
    order = np.argsort(-near, axis=1, kind="stable")[:, :DEPTH]
    return {query["id"]: [characters[at]["id"] for at in row] for query, row in zip(queries, order)}


def fused(*rankings):
    both = {}
    for query in rankings[0]:
        points = {}
        for ranking in rankings:
            for rank, name in enumerate(ranking[query], 1):
                points[name] = points.get(name, 0) + 1 / (FUSION + rank)
        both[query] = sorted(points, key=lambda name: (-points[name], name))
    return both


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(ROOT / "build/release/bench/embed_lines"))
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the three rankings")
    arguments = parser.parse_args()
    characters = read_lines(DATA / "characters.jsonl")
    queries = read_lines(DATA / "queries.jsonl")
    rankings = {"words": by_words(characters, queries),
                "meaning": by_meaning(arguments.program, characters, queries)}
    rankings["both"] = fused(rankings["words"], rankings["meaning"])
    for name, ranking in rankings.items() if arguments.keep else ():
        (arguments.keep / f"{name}.jsonl").write_text("".join(
            json.dumps({"query": query, "ids": ids}) + "\n" for query, ids in ranking.items()))
    print(json.dumps({"bench": "judged", "characters": len(characters),
                      **{name: summary(queries, ranking) for name, ranking in rankings.items()}},
                     indent=2))


if __name__ == "__main__":
    main()
