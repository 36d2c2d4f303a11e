#!/usr/bin/env python3
"""Does a drawn person stay the same person? Prints one JSON document.

200 people are drawn in a neutral portrait each, the gallery, and in 28 moods each, the probes. A
probe is the head alone, 64x64 pixels on a plain background, without any metadata, and belongs to
the person whose gallery picture is nearest (least squared difference of the pixels). 60 of the 200
are look-alikes: 30 pairs whose descriptions give the same hair and eye colour and nothing else.

usage: bench/run identity [--style STYLE] [--keep FOLDER]     with --keep the pictures stay there
"""

import argparse
import json
import pathlib
import random
import subprocess
import tempfile
import zlib

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
PREVIEW = ROOT / "build/release/tools/sketch_preview"
SIDE = 128          # pixels of the whole portrait that is drawn
HEAD = (34, 20, 64)  # left, top and side of the head in it, pixels
MOODS = """admiration amusement anger annoyance approval caring confusion curiosity desire
disappointment disapproval disgust embarrassment excitement fear gratitude grief joy love
nervousness optimism pride realization relief remorse sadness surprise neutral""".split()
HAIR = "black brown auburn red orange blonde silver white pink purple blue teal green".split()
EYES = "brown amber green blue violet red gray".split()
LENGTHS = ["short", "medium-length", "long"]
SHAPES = ["straight", "wavy", "curly", "messy"]
SKINS = ["pale", "fair", "tan", "brown", "dark"]
KINDS = ["woman", "man", "person"]


def people():
    """Descriptions of 200 people; the first 60 are 30 pairs of look-alikes."""
    dice = random.Random(20261123)
    pairs = [(hair, eyes) for hair in HAIR for eyes in EYES]
    dice.shuffle(pairs)
    alike = [f"a {kind} with {hair} hair and {eyes} eyes"
             for hair, eyes in pairs[:30] for kind in [dice.choice(KINDS)] for _ in range(2)]
    others = [f"a {dice.choice(KINDS)} with {dice.choice(LENGTHS)} {dice.choice(SHAPES)} "
              f"{dice.choice(HAIR)} hair, {dice.choice(EYES)} eyes and {dice.choice(SKINS)} skin"
              for _ in range(140)]
    return alike + others


def rgb(png):
    """The pixels of one of our own PNG files: 8-bit RGB, filters None, Sub and Up."""
    at, data, width, height = 8, b"", 0, 0
    while at < len(png):
        length, kind = int.from_bytes(png[at:at + 4], "big"), png[at + 4:at + 8]
        body = png[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big")
            assert body[8:10] == b"\x08\x02", "no 8-bit RGB"
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, 1 + 3 * width)
    pixels = np.zeros((height, width, 3), np.uint8)
    above = np.zeros((width, 3), np.uint8)
    for y, row in enumerate(rows):
        line = row[1:].reshape(width, 3)
        if row[0] == 1:
            line = np.cumsum(line, axis=0, dtype=np.uint64).astype(np.uint8)
        elif row[0] == 2:
            line = line + above
        else:
            assert row[0] == 0, f"filter {row[0]}"
        pixels[y] = above = line
    return pixels


def draw(folder, style):
    """Heads as vectors: the gallery, people x pixels, and the probes, people x moods x pixels."""
    jobs = []
    for index, description in enumerate(people()):
        for mood in ["gallery", *MOODS]:
            jobs.append({"description": description, "character_seed": 1000 + index, "seed": 1,
                         "style": style, "type": "portrait", "setting": "studio",
                         "look": {"outfit": ["shirt"], "accessories": []},
                         "mood": "neutral" if mood == "gallery" else mood,
                         "width": SIDE, "height": SIDE, "out": f"{folder}/{index}-{mood}.png"})
    lines = "".join(json.dumps(job) + "\n" for job in jobs)
    subprocess.run([PREVIEW], input=lines, text=True, check=True, stderr=subprocess.DEVNULL)
    left, top, side = HEAD
    heads = []
    for job in jobs:
        pixels = rgb(pathlib.Path(job["out"]).read_bytes())
        heads.append(pixels[top:top + side, left:left + side].astype(np.float32).ravel())
    heads = np.stack(heads).reshape(200, 1 + len(MOODS), -1)
    return heads[:, 0], heads[:, 1:]


def nearest(gallery, probes):
    """For each probe the person whose gallery picture differs least."""
    norms = (gallery * gallery).sum(1)
    return np.argmin(norms[None] - 2 * probes @ gallery.T, axis=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--style", default="anime")
    parser.add_argument("--keep", help="a folder that the pictures stay in")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        gallery, probes = draw(given.keep or temporary, given.style)
    people_count, moods, _ = probes.shape
    found = nearest(gallery, probes.reshape(people_count * moods, -1)).reshape(-1, moods)
    right = found == np.arange(people_count)[:, None]
    twin = np.arange(60) ^ 1
    print(json.dumps({
        "style": given.style, "people": people_count, "moods": moods, "probes": right.size,
        "right": round(float(right.mean()), 4),
        "look_alikes_right": round(float(right[:60].mean()), 4),
        "taken_for_the_twin": round(float((found[:60] == twin[:, None]).mean()), 4),
        "worst_moods": {MOODS[m]: round(float(right[:, m].mean()), 3)
                        for m in np.argsort(right.mean(0))[:5]},
        "worst_people": [people()[p] for p in np.argsort(right.mean(1))[:5]],
    }, indent=2))


if __name__ == "__main__":
    main()
