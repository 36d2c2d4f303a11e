"""The fault plan: what goes wrong, where, how often; the same for the same seed.

A plan is a list of rules, each a JSON object:
  fault     what happens (see README.md)
  route     where, "METHOD /path" with * as wildcard; for HTTP faults only
  p         probability per occasion, 1 by default
  after     the first so many occasions pass unharmed, 0 by default
  every     only each k-th occasion
  times     at most so many times, without end by default
  pods      numbers of the pods concerned, all by default
  others    of that fault: seconds, status, at, kind, text, classes ...

Every rule at every pod draws from a generator of its own, so that the order in which requests of
different kinds arrive does not change what happens to each kind.
"""

import fnmatch
import json
import pathlib
import random

from nodes_identity import NO_FACE

HTTP_FAULTS = {"delay", "reset_before", "reset_after", "status", "html", "truncate", "stale",
               "drip", "wrong_picture", "endless", "json_bomb", "claim"}
# Asked for when a prompt is submitted, when it starts, and when a WebSocket opens.
SUBMIT_FAULTS = {"node_errors"}
JOB_FAULTS = {"execution_error", "no_face", "late_history", "history_gap", "cached_answer",
              "restart", "die", "stall", "lose", "slow"}
SOCKET_FAULTS = {"ws_drop", "ws_deaf", "ws_twice", "ws_refuse"}
KNOWN = HTTP_FAULTS | SUBMIT_FAULTS | JOB_FAULTS | SOCKET_FAULTS


class Rule:
    """One line of the plan at one pod."""

    def __init__(self, what, number, seed, pod):
        if what.get("fault") not in KNOWN:
            raise ValueError(f"unknown fault {what.get('fault')!r}; known: {sorted(KNOWN)}")
        self.what, self.fault = what, what["fault"]
        if self.fault == "no_face":
            self.what = {"classes": list(NO_FACE), **what}
        self.chance = random.Random(f"{seed}/{pod}/{number}")
        self.occasions = self.fired = 0

    def strikes(self):
        """Whether it happens on this occasion; counts the occasion."""
        self.occasions += 1
        drawn = self.chance.random() < self.what.get("p", 1)
        late = self.occasions > self.what.get("after", 0)
        turn = self.occasions % self.what.get("every", 1) == 0
        spent = self.fired >= self.what.get("times", float("inf"))
        if drawn and late and turn and not spent:
            self.fired += 1
            return True
        return False


class Plan:
    """All rules of one pod."""

    def __init__(self, rules, seed, pod):
        self.seed, self.pod = seed, pod
        self.replace(rules)

    def replace(self, rules):
        self.rules = [Rule(rule, number, self.seed, self.pod) for number, rule in enumerate(rules)
                      if self.pod in rule.get("pods", [self.pod])]

    def drawn(self, kinds, fits=lambda what: True):
        """The first rule of these kinds that fits and strikes, as its JSON object, or None."""
        for rule in self.rules:
            if rule.fault in kinds and fits(rule.what) and rule.strikes():
                return rule.what
        return None

    def at_request(self, method, path):
        """All HTTP faults of one request, in the plan's order."""
        place = f"{method} {path.removeprefix('/api')}"
        return [rule.what for rule in self.rules if rule.fault in HTTP_FAULTS
                and fnmatch.fnmatchcase(place, rule.what.get("route", "*")) and rule.strikes()]

    def at_submit(self):
        return self.drawn(SUBMIT_FAULTS)

    def at_start(self, classes=()):
        """`classes` are the node classes of the graph: a rule may name those it is about."""
        return self.drawn(JOB_FAULTS, lambda what: "classes" not in what
                          or set(what["classes"]) & set(classes))

    def at_socket(self):
        return self.drawn(SOCKET_FAULTS)


def rules_from(text):
    """Rules from inline JSON or a file; an object with `faults` and perhaps `seed`, or a list."""
    if not text:
        return [], None
    data = json.loads(text if text.lstrip()[:1] in "[{" else pathlib.Path(text).read_text())
    if isinstance(data, list):
        return data, None
    return data["faults"], data.get("seed")
