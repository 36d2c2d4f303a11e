#!/usr/bin/env python3
"""Ten searches and the pictures of whom they find, on one sheet, to be looked at: some hundred
characters of the judged set are made by the program, and searched by it.

  bench/run sheet --output search.png
"""

import argparse
import base64
import html
import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
QUERIES = (
    "somebody who works with iron and fire",
    "a shy musician",
    "a stern ruler with a crown",
    "a healer who lives in a forest",
    "a cheerful cook",
    "green eyes and red hair",
    "a machine that looks like a person",
    "an old sailor with a beard",
    "a thief in a dark city",
    "winged and serene",
)
CELL, LEFT, HEAD, HITS = 150, 16, 44, 6


def made(medusa, count, environment):
    lines = (ROOT / "tests/data/judged/characters.jsonl").read_text("utf-8").splitlines()
    people = pathlib.Path(environment["MEDUSA_DATA"]) / "people.jsonl"
    people.parent.mkdir()
    # Every so-and-so-many-th, so that all kinds of texts are among them.
    with people.open("w", encoding="utf-8") as file:
        for line in lines[::max(1, len(lines) // count)]:
            one = {key: value for key, value in json.loads(line).items()
                   if key in ("name", "description", "style", "tags")}
            file.write(json.dumps(one) + "\n")
    subprocess.run([medusa, "batch", "--file", people, "--width", "256", "--height", "256"],
                   env=environment, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def row(top, query, hits):
    yield (f'<text x="{LEFT}" y="{top + 22}" font-size="17" font-weight="bold">'
           f'{html.escape(query)}</text>')
    for place, hit in enumerate(hits):
        left = LEFT + place * CELL
        picture = base64.b64encode(pathlib.Path(hit["avatarPath"]).read_bytes()).decode()
        match = hit["match"]
        why = ", ".join(list(dict.fromkeys(match["words"] + match["shared"]))[:3])
        yield (f'<image x="{left}" y="{top + 30}" width="{CELL - 8}" height="{CELL - 8}" '
               f'href="data:image/png;base64,{picture}"/>')
        for line, text in enumerate((hit["name"], why)):
            yield (f'<text x="{left}" y="{top + CELL + 38 + 14 * line}" font-size="11" '
                   f'fill="{"#222" if line == 0 else "#777"}">{html.escape(text[:24])}</text>')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--medusa", default=str(ROOT / "build/release/medusa"))
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"HOME": home, "MEDUSA_DATA": f"{home}/data"}
        made(arguments.medusa, arguments.count, environment)
        drawing = []
        step = CELL + HEAD + 26
        for number, query in enumerate(QUERIES):
            found = subprocess.run([arguments.medusa, "search", query, "--limit", str(HITS),
                                    "--json"], env=environment, check=True, stdout=subprocess.PIPE)
            hits = json.loads(found.stdout)
            drawing += row(number * step, query, hits)
            print(f"{query}: {', '.join(hit['name'] for hit in hits)}")
    size = f'width="{2 * LEFT + HITS * CELL}" height="{len(QUERIES) * step}"'
    sheet = (f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">'
             f'<rect width="100%" height="100%" fill="white"/>{"".join(drawing)}</svg>')
    subprocess.run(["rsvg-convert", "--unlimited", "--output", arguments.output], check=True,
                   input=sheet.encode())


if __name__ == "__main__":
    main()
