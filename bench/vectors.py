#!/usr/bin/env python3
"""Vectors for measurements of search: of the characters of bench/descriptions.py, as medusa embeds
them.

  bench/run vectors FOLDER [--count 1000000] [--threads 2]

FOLDER/vectors.f32 has 384 floats (little endian, unit length) for each, in the order of the stream;
made_of.json says of which one, and how long it took. What is there is kept: run it again, after a
stop or with a greater count, and it goes on behind the last whole vector. It refuses to add to
vectors of other words or another seed. Prints one JSON object.
"""

import argparse
import hashlib
import itertools
import json
import os
import pathlib
import subprocess
import threading
import time

from describe import words
from descriptions import descriptions

ROOT = pathlib.Path(__file__).resolve().parent.parent
VECTOR_BYTES = 384 * 4
COPIED_BYTES = 1 << 20
EMBEDDED_TEXT = ROOT / "src/pipeline/draft_to_character.cpp"


def source(seed):
    """What the stream depends on: its words, and what of a character is embedded."""
    digest = hashlib.sha256()
    for path in [*sorted(words.FOLDER.parent.rglob("*")), EMBEDDED_TEXT]:
        if path.suffix in (".py", ".txt", ".cpp"):
            digest.update(path.read_bytes())
    return {"seed": seed, "grammar": digest.hexdigest(), "model": "all-MiniLM-L6-v2"}


def earlier(folder, wanted):
    """Seconds that the vectors in `folder` took; it is of `wanted`, or empty."""
    note = folder / "made_of.json"
    if not note.exists():
        if (folder / "vectors.f32").exists():
            raise SystemExit(f"{folder} has vectors, and nothing that says of what")
        note.write_text(json.dumps(wanted | {"seconds": 0}))
    made_of = json.loads(note.read_text())
    seconds = made_of.pop("seconds")
    if made_of != wanted:
        raise SystemExit(f"{folder} has vectors of other descriptions: take another folder")
    return seconds


def feed(pipe, lines):
    with pipe:
        for line in lines:
            pipe.write((json.dumps(line) + "\n").encode())


def append(path, there, arguments, told):
    """Embeds the characters from `there` to the count; calls `told` whenever some are written."""
    command = [arguments.program, str(ROOT / ".deps/models"), str(arguments.threads)]
    lines = itertools.islice(descriptions(arguments.seed), there,
                             arguments.count)
    with open(path, "r+b" if path.exists() else "wb") as file:
        file.truncate(there * VECTOR_BYTES)
        file.seek(there * VECTOR_BYTES)
        embedder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        feeder = threading.Thread(target=feed, args=(embedder.stdin, lines), daemon=True)
        feeder.start()
        while data := embedder.stdout.read1(COPIED_BYTES):
            file.write(data)
            file.flush()
            told()
        if embedder.wait() != 0:
            raise SystemExit("embed_lines failed: what it made is kept")
        os.fsync(file.fileno())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--program", default=str(ROOT / "build/release/bench/embed_lines"))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    made_of = source(arguments.seed)
    seconds = earlier(arguments.folder, made_of)
    path = arguments.folder / "vectors.f32"
    there = path.stat().st_size // VECTOR_BYTES if path.exists() else 0
    began = time.perf_counter()

    def told():
        note = made_of | {"seconds": seconds + time.perf_counter() - began}
        (arguments.folder / "made_of.json").write_text(json.dumps(note))

    if there < arguments.count:
        append(path, there, arguments, told)
    took = time.perf_counter() - began
    added = max(0, arguments.count - there)
    print(json.dumps({"bench": "vectors", "there": there, "added": added,
                      "seconds": round(took, 1), "per_second": round(added / took, 1),
                      "seconds_of_all": round(seconds + took, 1)}, indent=2))


if __name__ == "__main__":
    main()
