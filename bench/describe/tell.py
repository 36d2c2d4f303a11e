"""Somebody in the words of somebody who types: lists, a line, notes, requests, long stories."""

import re

from . import words

A_DESPITE_VOWEL = ("one-", "one ", "uni", "use", "used", "eu", "once")
AN_DESPITE_CONSONANT = ("honest", "hour", "heir", "honour", "herb liq", "x-ray")


def with_article(noun):
    low = noun.lower()
    an = low.startswith(AN_DESPITE_CONSONANT) or (
        low[0] in "aeiouàéèë" and (not low.startswith(A_DESPITE_VOWEL) or low.startswith("unim")
                                   or low.startswith("unfl") or low.startswith("unru")))
    return ("an " if an else "a ") + noun


def upper(text):
    return text[:1].upper() + text[1:]


class Teller:
    """Phrases about one person; remembers which entries were told, since only those are known."""

    def __init__(self, dice, person, roundabout=False):
        """`roundabout`: nothing is called by its plainest word, where there is another one."""
        self.dice, self.person, self.roundabout = dice, person, roundabout
        self.told = []

    def say(self, group, kind):
        """A phrase of that kind for what the person has in `group`."""
        return self.phrase(self.person.has[group], kind)

    def phrase(self, entry, kind):
        if entry not in self.told:
            self.told.append(entry)
        phrases = entry.phrases[kind]
        if self.roundabout:
            phrases = [one for one in phrases if entry.name not in one.lower()] or phrases
        return words.gendered(self.dice.pick(phrases), self.person.gender)

    @property
    def they(self):
        """A subject whose verb ends in -s: never the pronoun "they"."""
        return {"f": "she", "m": "he", "n": self.person.given}[self.person.gender]

    @property
    def their(self):
        return words.gendered("{their}", self.person.gender)

    @property
    def them(self):
        return words.gendered("{them}", self.person.gender)

    @property
    def somebody(self):
        return {"f": "woman", "m": "man", "n": "person"}[self.person.gender]

    # Parts of sentences.

    def adjectives(self, most):
        """Some adjectives in the order in which English has them."""
        kinds = self.dice.shuffled(["temper", "build", "age", "temper"])[:most]
        found = []
        if "temper" in kinds:
            found.append(self.say("temper", "adj"))
        if "build" in kinds:
            found.append(self.say("build", "adj"))
        if "age" in kinds and self.person.is_human:
            found.append(self.say("age", "adj"))
        return found

    def who(self, most=2):
        """A noun phrase with its article: kind and role, with adjectives."""
        role = self.say("role", "noun")
        before = self.adjectives(most)
        dice = self.dice
        if self.person.is_human:
            return with_article(" ".join([*before, role]))
        if dice.chance(0.45):
            return with_article(" ".join([*before, self.say("kind", "adj"), role]))
        kind = self.say("kind", "noun")
        if dice.chance(0.5):
            kind = with_article(" ".join([*before, kind]))
            joined = f"and {role}" if dice.chance(0.4) else f"who is {with_article(role)}"
            return f"{kind} {joined}"
        return with_article(" ".join([*before, role])) + f", {with_article(kind)}"

    def hair(self):
        color, cut = self.say("hair", "adj"), self.say("cut", "adj")
        forms = [f"{cut} {color} hair", f"{color} hair, {cut}", f"{cut}, {color} hair"]
        return self.dice.pick(forms)

    def eyes(self):
        return self.say("eyes", "adj") + " eyes"

    def look(self):
        """What a picture would show, as a list of two or three things."""
        parts = [self.hair(), self.eyes()]
        if self.person.has["extra"] not in self.told and self.dice.chance(0.45):
            parts.append(self.say("extra", "with"))
        if not self.person.is_human and self.dice.chance(0.5):
            parts.append(self.say("kind", "sign"))
        return self.dice.shuffled(parts)

    def all_of(self, parts):
        """a, b and c."""
        return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]

    def scene(self):
        """Time, weather or feeling, one or two of them."""
        groups = self.dice.shuffled(["hour", "weather", "mood"])[: self.dice.pick((1, 1, 2))]
        return [self.say(group, "at") for group in groups]

    # Sentences; each is about one thing, `subject` is how they are called.

    def sentence_look(self, subject):
        parts = self.all_of(self.look())
        return self.dice.pick([f"{subject} has {parts}", f"with {parts}, {subject} is hard to miss",
                               f"you notice {parts} first", f"imagine {parts}"])

    def sentence_worn(self, subject):
        worn = self.say("worn", "with")
        return self.dice.pick([f"{subject} wears {worn}", f"{subject} is dressed in {worn}",
                               f"most days {subject} has {worn} on",
                               f"{self.their} clothes: {worn}"])

    def sentence_extra(self, subject):
        return f"{subject} has {self.say('extra', 'with')}"

    def sentence_duty(self, subject):
        return f"{subject} {self.say('role', 'does')}"

    def sentence_temper(self, subject):
        does = self.say("temper", "does")
        second = self.person.second
        if second and self.dice.chance(0.35):
            adjective = self.phrase(second, "adj")
            return self.dice.pick([f"{subject} {does} and is rather {adjective}",
                                   f"{adjective} by nature, {subject} {does}"])
        return self.dice.pick([f"{subject} {does}", f"{subject} is someone who {does}",
                               f"people say that {subject} {does}"])

    def sentence_hobby(self, subject):
        does = self.say("hobby", "does")
        return self.dice.pick([f"{subject} {does}", f"after work {subject} {does}",
                               f"when nobody is watching, {subject} {does}",
                               f"on free days {subject} {does}",
                               f"{subject} loves {self.say('hobby', 'noun')}"])

    def sentence_place(self, subject):
        at = self.say("place", "at")
        return self.dice.pick([f"{subject} lives {at}", f"{subject} can be found {at}",
                               f"{at}, everyone knows {self.them}", f"home is {at}",
                               f"the story begins {at}"])

    def sentence_past(self, subject):
        return f"{subject} {self.say('past', 'does')}"

    def sentence_way(self, subject):
        return f"{subject} {self.say('way', 'does')}"

    def sentence_pal(self, subject):
        pal = self.say("pal", "with")
        return self.dice.pick([f"{subject} never goes anywhere without {pal}",
                               f"{self.their} only companion is {pal}",
                               f"{subject} travels with {pal}", f"beside {self.them}: {pal}"])

    def sentence_scene(self, _subject):
        scene = ", ".join(self.scene())
        return self.dice.pick([f"show {self.them} {scene}", f"the picture should be {scene}",
                               f"we meet {self.them} {scene}", f"paint {self.them} {scene}"])


SENTENCES = ("look", "worn", "duty", "temper", "hobby", "place", "past", "way", "pal", "scene",
             "extra")
ONCE = ("place", "extra", "worn", "pal", "past", "way")


def paragraph(teller, count, first=()):
    """`count` sentences, the first ones as given, the rest in any order."""
    rest = [kind for kind in teller.dice.shuffled(SENTENCES) if kind not in first]
    told = []
    for number, kind in enumerate([*first, *rest][:count]):
        if kind in ONCE and teller.person.has[kind] in teller.told:
            continue
        subject = teller.they if number and teller.dice.chance(0.75) else teller.person.given
        told.append(upper(getattr(teller, "sentence_" + kind)(subject)) + ".")
    return " ".join(told)


def line(teller):
    """One sentence."""
    who = teller.who()
    tail = teller.dice.pick([lambda: "who " + teller.say("hobby", "does"),
                             lambda: "who " + teller.say("temper", "does"),
                             lambda: "with " + teller.all_of(teller.look()),
                             lambda: teller.say("place", "at")])
    return upper(f"{who} {tail()}.")


def short_lines(teller):
    """Who it is, and one or two sentences more."""
    return upper(teller.who()) + ". " + paragraph(teller, teller.dice.pick((1, 2)))


def story(teller):
    """A long one, as for a novel or a game at the table."""
    dice, name = teller.dice, teller.person.name
    opening = dice.pick([f"{name} is {teller.who()}.", f"Meet {name}, {teller.who()}.",
                         f"They call {teller.them} {name}: {teller.who()}.",
                         f"This is {name}. By trade {teller.who(1)}."])
    return opening + " " + paragraph(teller, dice.pick((3, 4, 5, 6, 8, 11)))


def keywords(teller):
    """What people who know image models type."""
    dice = teller.dice
    chosen = dice.shuffled([("temper", "adj"), ("hair", "adj"), ("eyes", "adj"), ("worn", "with"),
                            ("place", "where"), ("hour", "where"), ("hobby", "noun"),
                            ("mood", "where"), ("extra", "with")])[: dice.pick((4, 5, 6, 8))]
    frame = dice.pick([[], [], ["detailed"], ["masterpiece", "best quality"],
                       ["looking at viewer"]])
    head = [dice.pick([f"1{teller.somebody}", teller.somebody, "portrait", "solo"])]
    if not teller.person.is_human:
        head.append(teller.say("kind", "noun"))
    head.append(teller.say("role", "noun"))
    parts = [teller.say(group, kind) + (f" {group}" if group in ("hair", "eyes") else "")
             for group, kind in chosen]
    return ", ".join([*frame, *head, *parts])


HEADINGS = (("Hair", "hair", "adj"), ("Eyes", "eyes", "adj"), ("Likes", "hobby", "noun"),
            ("Wears", "worn", "with"), ("Where", "place", "where"), ("Secret", "past", "does"),
            ("Quirk", "way", "does"), ("Personality", "temper", "adj"),
            ("Companion", "pal", "with"))


def sheet(teller):
    """Notes with headings."""
    dice = teller.dice
    rows = [("Job", "role", "noun"), *dice.shuffled(HEADINGS)[: dice.pick((4, 5, 6))]]
    if not teller.person.is_human:
        rows.insert(1, ("Species", "kind", "noun"))
    mark, between = dice.pick([": ", " - ", " = "]), dice.pick([". ", "; ", " / ", "\n"])
    return between.join(f"{head}{mark}{teller.say(group, kind)}" for head, group, kind in rows)


ASKING = ("please draw", "can you make", "I would like a portrait of", "i need", "create",
          "draw me", "looking for a picture of", "could you paint", "for my campaign:", "NPC idea:",
          "my new OC:", "main character of my novel:", "concept:",
          "a birthday present for a friend:")


def request(teller):
    """Somebody asks a program, or a friend, for a picture."""
    dice, who = teller.dice, teller.who()
    parts = dice.shuffled([lambda: "with " + teller.all_of(teller.look()),
                           lambda: "dressed in " + teller.say("worn", "with"),
                           lambda: teller.say("place", "at"),
                           lambda: ", ".join(teller.scene()),
                           lambda: "who " + teller.say("hobby", "does"),
                           lambda: "who " + teller.say("temper", "does"),
                           lambda: "with " + teller.say("pal", "with"),
                           lambda: "someone who " + teller.say("past", "does")])
    told = [part() for part in parts[: dice.pick((2, 3, 4))]]
    end = dice.pick(["", "", ".", "!", " please", ", thanks", "?"])
    return f"{dice.pick(ASKING)} {who}, {', '.join(told)}{end}"


def rumour(teller):
    """What others say."""
    dice = teller.dice
    at = teller.say("place", "at")
    opening = dice.pick([
        f"{upper(at)} there is {teller.who()}.", f"Nobody {at} forgets {teller.who(1)}.",
        f"Every evening {at}, the neighbours see {teller.who()}.",
        f"If you ever stop {at}, ask for {teller.who()}."])
    return opening + " " + paragraph(teller, dice.pick((2, 3, 4)))


def trait_first(teller):
    """Temper and ways before the trade, which is told by what it does."""
    dice = teller.dice
    start = upper(teller.say("temper", "adj")) + dice.pick([", ", " and ", " but "])
    second = teller.person.second
    adjective = teller.phrase(second, "adj") if second else teller.say("build", "adj")
    return f"{start}{adjective}. " + paragraph(teller, dice.pick((3, 4, 5)), ("duty",))


def mine(teller):
    """The typist's own character."""
    dice = teller.dice
    opening = dice.pick([f"My character is {teller.who()}.", f"So my idea is {teller.who()}.",
                         f"I imagine {teller.who()}.", f"Think of {teller.who()}."])
    return opening + " " + paragraph(teller, dice.pick((2, 3, 4, 5)))


FORMS = ((line, 14), (short_lines, 16), (story, 18), (keywords, 12), (sheet, 9), (request, 13),
         (rumour, 10), (trait_first, 8), (mine, 10))


def slip(dice, text):
    """`text` with a letter doubled, two swapped, or one of a pair lost.

    Only inside long words, and never a letter lost otherwise: that makes other words, rude ones
    too.
    """
    word = dice.pick([found for found in re.finditer(r"[^\W\d_]{6,}", text)] or [None])
    if word is None:
        return text
    at = word.start() + dice.pick(range(1, len(word[0]) - 2))
    if text[at] == text[at + 1]:
        return text[:at] + text[at + 1 :]
    if dice.chance(0.3):
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def mangle(dice, text):
    """How some people type: in lower case, without full stops, with slips."""
    if dice.chance(0.1):
        text = text.lower()
    if dice.chance(0.05):
        text = text.replace(". ", " ").rstrip(".")
    if dice.chance(0.08):
        text = slip(dice, text)
        if dice.chance(0.3):
            text = slip(dice, text)
    return text


def tags(teller):
    """None to four tags: words of temper and of the rest that was told, and labels."""
    dice = teller.dice
    found = [teller.phrase(entry, "tag") for entry in teller.told if entry.group == "temper"]
    found += [entry.name for entry in teller.told if entry.group in ("role", "kind", "hobby")]
    if dice.chance(0.2):
        found.append(teller.person.has["label"].name)
    return dice.shuffled(found)[: dice.pick((0, 0, 1, 2, 2, 3, 4))]


def tell(dice, person, forms=FORMS, roundabout=False):
    """A description of `person`, and the teller, which knows what was told."""
    teller = Teller(dice, person, roundabout)
    text = dice.weighted(forms)(teller)
    return text, teller
