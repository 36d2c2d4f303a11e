"""The words that people are described with, read from words/*.txt; roles.txt tells the format."""

import functools
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent / "words"
WORLDS = "fhms"  # fantasy, history, modern, science fiction
GENDERS = ("f", "m", "n")
THIRD = {"their": ("her", "his", "their"), "them": ("her", "him", "them"),
         "they": ("she", "he", "they"), "themself": ("herself", "himself", "themself")}


class Entry:
    """One thing that may be true of somebody: its facts, and the ways to say it."""

    def __init__(self, head):
        names, _, facts = head.partition("=")
        self.group, self.name, *worlds = names.split()
        self.worlds = worlds[0].removeprefix("@") if worlds else WORLDS
        self.id = f"{self.group}-{self.name}"
        self.facts = (self.id, *facts.split())
        self.fits = set(self.facts)
        self.phrases = {}

    def add(self, line):
        kind, _, phrases = line.strip().partition(" ")
        if kind == "fits":
            self.fits.update(phrases.split())
            return
        self.phrases[kind] = [phrase.strip() for phrase in phrases.split(";")]

    def excludes(self, other):
        return (other.name in self.phrases.get("not", ())
                or self.name in other.phrases.get("not", ()))


def blocks(name):
    """Heads with their indented lines."""
    found = []
    for line in (FOLDER / name).read_text("utf-8").splitlines():
        if line and not line.startswith(("#", " ")):
            found.append((line, []))
        elif line.startswith(" "):
            found[-1][1].append(line)
    return found


@functools.cache
def entries():
    """All entries by their id, in the order of the files."""
    found = {}
    for path in sorted(FOLDER.glob("*.txt")):
        for head, lines in blocks(path.name) if path.name != "names.txt" else ():
            entry = Entry(head)
            assert entry.id not in found, f"{entry.id} is there twice"
            found[entry.id] = entry
            for line in lines:
                entry.add(line)
    return found


@functools.cache
def group(name, world):
    return [entry for entry in entries().values() if entry.group == name and world in entry.worlds]


@functools.cache
def peoples():
    """For each people: given names by gender, and family names, which may be none."""
    found = {}
    for head, lines in blocks("names.txt"):
        rows = (line.split() for line in lines)
        found[head] = {kind: names for kind, *names in rows}
    return found


def gendered(phrase, gender):
    """`phrase` with {their} and [her/his/their] as `gender` has them."""
    place = GENDERS.index(gender)
    for word, forms in THIRD.items():
        phrase = phrase.replace("{" + word + "}", forms[place])
    while "[" in phrase:
        before, _, rest = phrase.partition("[")
        choices, _, after = rest.partition("]")
        phrase = before + choices.split("/")[place] + after
    return phrase
