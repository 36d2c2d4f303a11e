"""Somebody to describe: what is true of them, drawn by dice."""

import random

from . import words

WORLD_WEIGHTS = (("f", 32), ("m", 28), ("h", 22), ("s", 18))
GENDER_WEIGHTS = (("f", 46), ("m", 42), ("n", 12))
# Peoples of stories and machines have names of their own, most of the time.
FANTASTIC, MACHINES, EPITHET = "fantastic", "machines", "epithets"
STYLES = {"f": ("fantasy", "fantasy", "fantasy", "watercolor", "anime", "pixel-art"),
          "h": ("realistic", "watercolor", "comic", "realistic", "fantasy"),
          "m": ("realistic", "cartoon", "comic", "anime", "realistic", "watercolor", "pixel-art"),
          "s": ("cyberpunk", "cyberpunk", "anime", "comic", "realistic", "pixel-art")}
# How often somebody's place, hobby ... goes with the role, rather than being anything at all.
FITTING = (("kind", 0.5), ("temper", 0.4), ("hobby", 0.5), ("place", 0.85), ("worn", 0.85),
           ("past", 0.7), ("pal", 0.8), ("way", 0.6), ("hair", 0), ("cut", 0), ("eyes", 0),
           ("extra", 0), ("build", 0), ("hour", 0), ("weather", 0), ("mood", 0), ("age", 0),
           ("label", 0))
# How often a name ends in "the Quiet" or the like.
EPITHETS = {"f": 0.25, "s": 0.02, "h": 0.06, "m": 0}
UNHUMAN = {"f": 0.6, "s": 0.45, "h": 0.1, "m": 0.04}


class Dice:
    """Draws that are the same on every Python: only random() promises that."""

    def __init__(self, seed):
        self._random = random.Random(seed).random

    def chance(self, share):
        return self._random() < share

    def pick(self, things):
        return things[int(self._random() * len(things))]

    def weighted(self, pairs):
        left = self._random() * sum(weight for _, weight in pairs)
        for thing, weight in pairs:
            left -= weight
            if left < 0:
                return thing
        return pairs[-1][0]

    def shuffled(self, things):
        left = list(things)
        return [left.pop(int(self._random() * len(left))) for _ in things]


class Person:
    """`has` holds an entry for each group; a second temper is in `second`, or nothing."""

    def __init__(self, dice, wanted=(), gender=None):
        """`wanted`: ids of entries that this one shall have."""
        given = {found.group: found for found in (words.entries()[one] for one in wanted)}
        worlds = [pair for pair in WORLD_WEIGHTS
                  if all(pair[0] in entry.worlds for entry in given.values())]
        self.world = dice.weighted(worlds or WORLD_WEIGHTS)
        self.gender = gender or dice.weighted(GENDER_WEIGHTS)
        self.has = {"role": given.get("role") or self._role(dice, given.values())}
        for group, share in FITTING:
            self.has[group] = given.get(group) or self._fitting(dice, group, share)
        if "kind" not in given and ("age" in given or not dice.chance(UNHUMAN[self.world])):
            self.has["kind"] = words.entries()["kind-human"]  # only humans are told an age
        self.second = self._second(dice)
        self._name(dice)
        self.style = dice.pick(STYLES[self.world])

    def _role(self, dice, given):
        """Something that goes with what is given, if anything is."""
        every = words.group("role", self.world)
        themes = set().union(*(entry.fits for entry in given))
        fit = [entry for entry in every if not themes.isdisjoint(entry.facts)]
        return dice.pick(fit if fit and dice.chance(0.7) else every)

    def _fitting(self, dice, group, share):
        """Something of that group, for `share` of all people something that goes with the role."""
        every = words.group(group, self.world)
        fit = [entry for entry in every if not entry.fits.isdisjoint(self.has["role"].facts)]
        return dice.pick(fit if fit and dice.chance(share) else every)

    def _second(self, dice):
        for _ in range(3):
            found = dice.pick(words.group("temper", self.world))
            if found is not self.has["temper"] and not found.excludes(self.has["temper"]):
                return found
        return None

    def _people(self, dice):
        everybody = words.peoples()
        if self.is_machine and dice.chance(0.6):
            return everybody[MACHINES]
        if self.world == "f" and dice.chance(0.5):
            return everybody[FANTASTIC]
        real = [name for name in everybody if name not in (FANTASTIC, MACHINES, EPITHET)]
        return everybody[dice.pick(real)]

    def _name(self, dice):
        people = self._people(dice)
        kind = "n" if self.gender == "n" or dice.chance(0.06) else self.gender
        self.given = dice.pick(people[kind])
        if people["family"] and dice.chance(0.2):  # of parents from two peoples
            people = self._people(dice)
        self.family = dice.pick(people["family"]) if people["family"] else ""
        self.added = ""
        if dice.chance(EPITHETS[self.world]):
            self.added = dice.pick(words.peoples()[EPITHET]["of"]).replace("_", " ")
        if self.world == "f" and dice.chance(0.15):
            self.family = ""
        if self.family and dice.chance(0.05):
            other = dice.pick(people["family"])
            if other != self.family and "-" not in other + self.family:
                self.family += "-" + other

    @property
    def is_human(self):
        return self.has["kind"].name == "human"

    @property
    def is_machine(self):
        return "artificial" in self.has["kind"].facts

    @property
    def name(self):
        return " ".join(part for part in (self.given, self.family, self.added) if part)
