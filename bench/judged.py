#!/usr/bin/env python3
"""Ranks the judged set (tests/data/judged) by the search of the program, and tells the nDCG@10 of
words alone, of meaning alone, and of both as people get them. bench/run judged starts this; it
prints one JSON object.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

from ndcg import read_lines, summary

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "tests/data/judged"


def ranked(program):
    """By way of ranking, then by query: the ids, the best first."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([program, str(ROOT / ".deps/models"), DATA / "characters.jsonl",
                               DATA / "queries.jsonl", folder], stdout=subprocess.PIPE, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {way: {line["query"]: line[way] for line in lines}
            for way in ("words", "meaning", "both")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(ROOT / "build/release/bench/judged_ranks"))
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the three rankings")
    arguments = parser.parse_args()
    characters = read_lines(DATA / "characters.jsonl")
    queries = read_lines(DATA / "queries.jsonl")
    rankings = ranked(arguments.program)
    for name, ranking in rankings.items() if arguments.keep else ():
        (arguments.keep / f"{name}.jsonl").write_text("".join(
            json.dumps({"query": query, "ids": ids}) + "\n" for query, ids in ranking.items()))
    print(json.dumps({"bench": "judged", "characters": len(characters),
                      **{name: summary(queries, ranking) for name, ranking in rankings.items()}},
                     indent=2))


if __name__ == "__main__":
    main()
