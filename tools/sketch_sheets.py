#!/usr/bin/env python3
"""Draws a sheet of sketches to look at side by side: what an artist checks before a change lands.

    tools/sketch_sheets.py styles --out styles.png [--build build/release] [--cell 192]

Sheets: people (60 descriptions of tests/data/sketch_people.txt), styles (8 styles of the 5
templates), moods (28 labels of 3 people), hats (every hat on every length of hair), scenes (every
place by day, at dusk and at night), parts (everything that a head can wear).
Needs the build targets sketch_preview and contact_sheet.
"""

import argparse
import json
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
ART = ROOT / "resources" / "sketch"
STYLES = ["anime", "fantasy", "cartoon", "comic", "pixel-art", "watercolor", "cyberpunk",
          "realistic"]
MOODS = ("admiration amusement anger annoyance approval caring confusion curiosity desire "
         "disappointment disapproval disgust embarrassment excitement fear gratitude grief joy "
         "love nervousness optimism pride realization relief remorse sadness surprise "
         "neutral").split()
SMALLEST = 352  # pixels, of a picture before it goes onto the sheet: pixel art has its blocks there
PERSON = "a young adult woman with brown hair"


def people():
    lines = (ROOT / "tests" / "data" / "sketch_people.txt").read_text().splitlines()
    return 10, [{"description": line, "style": STYLES[i % 2], "seed": i, "character_seed": i * 7919}
                for i, line in enumerate(lines)]


def styles():
    templates = json.loads((ROOT / "resources" / "templates" / "characters.json").read_text())
    return len(STYLES), [
        {"description": person["description"], "tags": person.get("tags", []), "style": style,
         "character_seed": 5} for person in templates for style in STYLES]


def moods():
    three = ["a woman with long red hair and green eyes, adult",
             "a bearded man with brown hair and tan skin, adult",
             "a young adult woman with dark skin and short curly black hair"]
    return 12, [{"description": person, "mood": mood, "style": "anime", "type": "portrait",
                 "setting": "studio", "character_seed": 6 + i}
                for mood in MOODS for i, person in enumerate(three)]


def parts_of(group):
    """Names of the parts of a group, of all where it is empty."""
    found = sorted((ART / "parts").glob("*.svg"))
    return [file.stem for file in found if not group or f'm:group="{group}"' in file.read_text()]


def wearing(part, **look):
    return {"description": PERSON, "style": "anime", "setting": "studio", "character_seed": 3,
            "look": {"accessories": [part], **look}}


def hats():
    lengths = ["bald", "short", "medium", "long"]
    return 12, [wearing(hat, hair_length=length) for hat in parts_of("hat") for length in lengths]


def parts():
    return 12, [wearing(part) for part in parts_of("")]


def scenes():
    return 9, [{"description": PERSON, "style": "anime", "setting": "",
                "look": {"setting": scene.stem, "time_of_day": time}}
               for scene in sorted((ART / "scenes").glob("*.svg"))
               for time in ("day", "dusk", "night")]


SHEETS = {made.__name__: made for made in (people, styles, moods, hats, scenes, parts)}


def draw(name, out, build, cell):
    columns, requests = SHEETS[name]()
    with tempfile.TemporaryDirectory() as folder:
        files = [str(pathlib.Path(folder) / f"{i:04}.png") for i in range(len(requests))]
        side = max(SMALLEST, (cell + 7) // 8 * 8)
        lines = [json.dumps({**request, "width": side, "height": side, "out": file})
                 for request, file in zip(requests, files)]
        tools = pathlib.Path(build) / "tools"
        drawn = subprocess.run([tools / "sketch_preview"], input="\n".join(lines), text=True,
                               capture_output=True)
        if drawn.returncode:
            raise SystemExit(drawn.stderr)
        notes = sorted({line.strip() for line in drawn.stderr.splitlines()
                        if not re.search(r" \d+ ms$", line)})
        print("\n".join([f"{out}: {len(files)} pictures", *notes]))
        subprocess.run([tools / "contact_sheet", "--out", out, "--columns", str(columns), "--cell",
                        str(cell), *files], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sheet", choices=sorted(SHEETS))
    parser.add_argument("--out", required=True)
    parser.add_argument("--build", default=ROOT / "build" / "release")
    parser.add_argument("--cell", type=int, default=192, help="side of a picture, pixels")
    given = parser.parse_args()
    draw(given.sheet, given.out, given.build, given.cell)


if __name__ == "__main__":
    main()
