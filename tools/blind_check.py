#!/usr/bin/env python3
"""Does a picture follow its words? A reader who sees only the picture picks its description.

    tools/blind_check.py make FOLDER [--seed N] [--build build/release]
    tools/blind_check.py score FOLDER ANSWERS

`make` draws one of each pair of tests/data/blind_pairs.txt and writes four descriptions beside it:
the right one, the other of its pair (they share a role or a species) and two of other pairs, in an
order by chance. It leaves sheet-N.png (ten pictures each, from the left, row by row), choices.txt,
and key.json, which nobody opens before the answers are written. `score` compares a file of lines
like "7 b" with the key. Needs the build targets sketch_preview and contact_sheet.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAIRS = ROOT / "tests" / "data" / "blind_pairs.txt"
STYLES = ["anime", "fantasy", "cartoon", "comic", "watercolor", "realistic"]
LETTERS = "abcd"
SIDE = 512  # pixels
A_SHEET = 10
PASS_SHARE = 0.9


def pairs():
    lines = PAIRS.read_text(encoding="utf-8").splitlines()
    return [line.split(" | ") for line in lines if line and not line.startswith("#")]


def questions(chance):
    """For each pair: the description that is drawn, and the four to choose from."""
    everybody = pairs()
    asked = []
    for index, pair in enumerate(everybody):
        shown = chance.choice(pair)
        others = chance.sample([i for i in range(len(everybody)) if i != index], 2)
        choices = pair + [chance.choice(everybody[i]) for i in others]
        chance.shuffle(choices)
        asked.append((shown, choices))
    chance.shuffle(asked)
    return asked


def make(folder, seed, build):
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    asked = questions(chance)
    files = [folder / f"{number:02}.png" for number in range(1, len(asked) + 1)]
    lines = [json.dumps({"description": shown, "style": chance.choice(STYLES), "seed": number,
                         "character_seed": chance.randrange(2**31), "width": SIDE, "height": SIDE,
                         "out": str(file)})
             for number, ((shown, _), file) in enumerate(zip(asked, files), 1)]
    tools = pathlib.Path(build) / "tools"
    subprocess.run([tools / "sketch_preview"], input="\n".join(lines), text=True, check=True,
                   stderr=subprocess.DEVNULL)
    for first in range(0, len(files), A_SHEET):
        sheet = folder / f"sheet-{first // A_SHEET + 1}.png"
        subprocess.run([tools / "contact_sheet", "--out", sheet, "--columns", "5", "--cell", "384",
                        *files[first:first + A_SHEET]], check=True)
    text = ""
    for number, (_, choices) in enumerate(asked, 1):
        text += f"{number}\n" + "".join(f"  {letter}) {choice}\n"
                                        for letter, choice in zip(LETTERS, choices))
    (folder / "choices.txt").write_text(text, encoding="utf-8")
    key = {number: LETTERS[choices.index(shown)]
           for number, (shown, choices) in enumerate(asked, 1)}
    (folder / "key.json").write_text(json.dumps(key), encoding="utf-8")
    print(f"{folder}: {len(asked)} pictures; read choices.txt, write the answers, then score them")


def score(folder, answers):
    key = json.loads((folder / "key.json").read_text(encoding="utf-8"))
    given = dict(line.split()[:2] for line in answers.read_text(encoding="utf-8").splitlines()
                 if line.strip())
    wrong = [f"{number}: {given.get(number, 'no answer')}, right is {letter}"
             for number, letter in key.items() if given.get(number) != letter]
    print("\n".join(wrong))
    right = len(key) - len(wrong)
    print(f"{right} of {len(key)} right")
    return right >= PASS_SHARE * len(key)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make")
    making.add_argument("folder", type=pathlib.Path)
    making.add_argument("--seed", type=int, default=1)
    making.add_argument("--build", default=ROOT / "build" / "release")
    scoring = commands.add_parser("score")
    scoring.add_argument("folder", type=pathlib.Path)
    scoring.add_argument("answers", type=pathlib.Path)
    given = parser.parse_args()
    if given.command == "make":
        make(given.folder, given.seed, given.build)
    elif not score(given.folder, given.answers):
        sys.exit(1)


if __name__ == "__main__":
    main()
