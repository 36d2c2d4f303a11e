"""What truly happened at one pod: an append-only history that tests check their claims against."""

import time


class Diary:
    """Times are seconds since the epoch. Every event has `n`, `t` and `event`; the rest depends:

    received, refused, queued, started, finished, failed, interrupted, deleted, lost, view, upload,
    ws_open, ws_close, fault, down, up (see README.md).
    """

    def __init__(self, pod):
        self.pod, self.events, self.busy = pod, [], []

    def note(self, event, **what):
        self.events.append({"n": len(self.events), "t": time.time(), "event": event, **what})

    def begins(self):
        self.busy.append([time.time(), None])

    def ends(self):
        if self.busy and self.busy[-1][1] is None:
            self.busy[-1][1] = time.time()

    def page(self, since=0):
        """Everything from event number `since` on; busy intervals whole, an open one ends in null.
        """
        return {"pod": self.pod, "now": time.time(), "events": self.events[since:],
                "busy": self.busy}
