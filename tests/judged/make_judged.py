#!/usr/bin/env python3
"""Writes tests/data/judged/ anew, the same to the byte each time; see the README there.

  tests/judged/make_judged.py [FOLDER]
"""

import json
import pathlib
import sys

import judged


def write(path, lines):
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_text(text, "utf-8")


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else judged.DATA
    people = judged.characters()
    write(folder / "characters.jsonl", people)
    write(folder / "queries.jsonl", (judged.judged(query, people) for query in judged.queries()))


if __name__ == "__main__":
    main()
