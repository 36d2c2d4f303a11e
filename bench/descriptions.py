#!/usr/bin/env python3
"""Descriptions of made-up people as users write them, one JSON object a line, for measurements.

  bench/descriptions.py --count 1000000 --seed 1 >descriptions.jsonl

Each has a name, a description that no line before has, a style and tags. A seed and a place in the
stream always give the same line, on every machine; --skip leaves out the first ones.
"""

import argparse
import itertools
import json
import sys

from describe.person import Dice, Person
from describe.tell import mangle, tags, tell


def descriptions(seed):
    """Without an end. Remembers a number for each line, some 100 MB for a million."""
    seen = set()
    for number in itertools.count():
        dice = Dice(f"{seed}:{number}")
        person = Person(dice)
        while True:
            text, teller = tell(dice, person)
            text = mangle(dice, text)
            key = hash(text)
            if key not in seen:
                break
        seen.add(key)
        yield {"name": person.name, "description": text, "style": person.style,
               "tags": tags(teller)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--skip", type=int, default=0)
    arguments = parser.parse_args()
    stream = descriptions(arguments.seed)
    for line in itertools.islice(stream, arguments.skip, arguments.skip + arguments.count):
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
