"""The judged set: characters with what is true of them, queries with what they ask, and grades."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data/judged"
sys.path.insert(0, str(ROOT / "bench"))

from describe import words  # noqa: E402
from describe.person import Dice, Person  # noqa: E402
from describe import tell  # noqa: E402

SEED = "judged"
CHARACTERS = 2000
# Made for each query, beside those that chance brings: with all that is asked, or lacking a thing.
WHOLE, PARTIAL = 4, 3
FORMS = ((tell.line, 6), (tell.short_lines, 24), (tell.story, 10), (tell.keywords, 7),
         (tell.sheet, 6), (tell.request, 16), (tell.rumour, 12), (tell.trait_first, 10),
         (tell.mine, 14))
# So many are described without the plainest words: "copper hair", not "red hair".
ROUNDABOUT = 2 / 3
# How many things a description tells: three at least, at most so many, each so often.
LEAST, MOST = 3, ((5, 45), (7, 35), (20, 20))
WOMAN = re.compile(r"\b(1?woman|she|her|herself)\b", re.IGNORECASE)
MAN = re.compile(r"\b(1?man|he|his|him|himself)\b", re.IGNORECASE)


class Query:
    def __init__(self, number, kind, line):
        self.text, _, facts = line.partition(" = ")
        self.id, self.kind = f"q{number:03}", kind
        self.asked = [fact.removesuffix("!") for fact in facts.split()]
        self.essential = [fact[:-1] for fact in facts.split() if fact.endswith("!")]

    def grade(self, facts):
        """0 to 3: 3 for all that is asked, less for each thing that is missing."""
        missing = sum(fact not in facts for fact in self.asked)
        if missing == len(self.asked) or not all(fact in facts for fact in self.essential):
            return 0
        cost = 2 if len(self.asked) == 2 else 1
        return max(0, 3 - cost * missing)


def queries():
    found, kind = [], ""
    for line in (ROOT / "tests/judged/queries.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif " = " in line and not line.startswith("#"):
            found.append(Query(len(found) + 1, kind, line))
    return found


def facts_of(person, teller, text):
    """What a reader of the description knows, and the name."""
    told = {fact for entry in teller.told for fact in entry.facts}
    told.update(name for name, seen in (("woman", WOMAN), ("man", MAN)) if seen.search(text))
    told.update("given-" + name for name in [person.given])
    told.update("family-" + name for name in person.family.split("-") if name)
    return sorted(told | ({f"family-{person.family}"} if person.family else set()))


def is_name(fact):
    return fact.startswith(("given-", "family-"))


def entries_for(facts, dice):
    """Ids of entries that bring these facts, one a group; an empty list if chance chose badly."""
    found = {}
    for fact in facts:
        if fact in ("woman", "man") or is_name(fact):
            continue
        bringing = [entry for entry in words.entries().values() if fact in entry.facts]
        entry = dice.pick(bringing)
        if found.setdefault(entry.group, entry) is not entry:
            return None
    worlds = [world for world in words.WORLDS if all(world in one.worlds for one in found.values())]
    return [entry.id for entry in found.values()] if worlds else None


def wanted_person(dice, facts):
    """Somebody with all these facts."""
    while (wanted := entries_for(facts, dice)) is None:
        pass
    gender = "f" if "woman" in facts else "m" if "man" in facts else None
    person = Person(dice, wanted, gender)
    for fact in facts:
        if fact.startswith("given-"):
            person.given = fact.removeprefix("given-")
        elif fact.startswith("family-"):
            person.family = fact.removeprefix("family-")
    return person


def described(dice, person, facts=()):
    """A character whose description tells of all these facts; short, most of the time."""
    most, roundabout = dice.weighted(MOST), dice.chance(ROUNDABOUT)
    while True:
        most += 1 / 40  # some things cannot be told in few words
        text, teller = tell.tell(dice, person, FORMS, roundabout)
        text = tell.mangle(dice, text)
        tags = tags_of(dice, teller, facts)
        known = facts_of(person, teller, text)
        if LEAST <= len(teller.told) <= most and set(facts) <= set(known):
            return {"name": person.name, "description": text, "style": person.style,
                    "tags": tags, "facts": known}


def tags_of(dice, teller, facts):
    """Seldom a word of temper, sometimes a label: tags shall not give the rest away."""
    label = teller.person.has["label"]
    tags = [teller.phrase(entry, "tag") for entry in teller.told[:]
            if entry.group == "temper" and dice.chance(0.2)]
    if label.id in facts or dice.chance(0.25):
        tags.append(teller.phrase(label, "tag"))
    return tags


def characters():
    """Those that were made for the queries among those that were not, in no order."""
    found = []
    for query in queries():
        dice = Dice(f"{SEED}:{query.text}")
        optional = [fact for fact in query.asked if fact not in query.essential]
        for number in range(WHOLE + PARTIAL):
            facts = list(query.asked)
            if number >= WHOLE and len(facts) > 1:
                facts.remove(dice.pick(optional or facts))
            found.append(described(dice, wanted_person(dice, facts), facts))
    dice = Dice(SEED)
    while len(found) < CHARACTERS:
        found.append(described(dice, Person(dice)))
    return [{"id": f"c{number:04}"} | one for number, one in enumerate(dice.shuffled(found), 1)]


def judged(query, people):
    graded = {one["id"]: query.grade(one["facts"]) for one in people}
    return {"id": query.id, "kind": query.kind, "text": query.text, "asked": query.asked,
            "essential": query.essential,
            "grades": {name: grade for name, grade in graded.items() if grade}}
