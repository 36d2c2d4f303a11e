"""A batch against pods that fail in every way at once, while somebody else uses them too.

Each picture ends exactly once; each prompt is sent once; a second attempt at a picture needs a
reason; nobody else's prompt is ever touched (promises.md P4, P12, P15). Short form: one seed, 40
pictures. Long form, in the environment: MEDUSA_TEST_SEEDS=20 MEDUSA_TEST_PICTURES=500.
"""

import collections
import json
import os
import sqlite3
import threading
import time
import unittest
import uuid

from remote_test import RemoteHouse, own_graph

SEEDS = int(os.environ.get("MEDUSA_TEST_SEEDS", "1"))
PICTURES = int(os.environ.get("MEDUSA_TEST_PICTURES", "40"))
SMALL = ["--width", "64", "--height", "64", "--steps", "4"]
PODS = 6
HTTP_P = 0.03  # of each request that a fault may strike
JOB_P = 0.02   # of each prompt
FAULTS = [
    {"fault": "delay", "route": "GET /*", "p": HTTP_P, "seconds": 0.3},
    {"fault": "reset_after", "route": "POST /prompt", "p": 0.1},
    {"fault": "reset_before", "route": "POST /prompt", "p": HTTP_P},
    {"fault": "reset_before", "route": "GET /history/*", "p": HTTP_P},
    {"fault": "reset_after", "route": "GET /view", "p": HTTP_P},
    {"fault": "status", "route": "GET /*", "p": HTTP_P, "status": 503},
    {"fault": "status", "route": "POST /prompt", "p": HTTP_P, "status": 500},
    {"fault": "truncate", "route": "GET /view", "p": HTTP_P, "at": 0.5},
    {"fault": "stale", "route": "GET /queue", "p": HTTP_P},
    {"fault": "wrong_picture", "route": "GET /view", "p": 0.01, "kind": "truncated"},
    {"fault": "wrong_picture", "route": "GET /view", "p": 0.01, "kind": "black"},
    {"fault": "execution_error", "p": JOB_P},
    {"fault": "late_history", "p": 0.1, "seconds": 0.2},
    {"fault": "lose", "p": JOB_P},
    {"fault": "restart", "p": 0.01, "seconds": 1},
    {"fault": "ws_drop", "p": 0.2, "seconds": 1},
    {"fault": "ws_deaf", "p": 0.2},
]


class Stranger(threading.Thread):
    """Sends prompts of its own to the pods, now and then, and remembers their ids."""

    def __init__(self, pods):
        super().__init__(daemon=True)
        self.pods, self.sent, self.stop = pods, set(), threading.Event()

    def run(self):
        turn = 0
        while not self.stop.wait(0.5):
            turn += 1
            graph = own_graph()
            graph["3"]["inputs"]["seed"] = turn
            prompt_id = str(uuid.uuid4())
            body = {"prompt": graph, "client_id": "stranger", "prompt_id": prompt_id}
            try:
                if self.pods.post("/prompt", body, port=self.pods.ports[turn % PODS]).status == 200:
                    self.sent.add(prompt_id)
            except (OSError, ValueError):
                pass  # the faults strike strangers as well


class ChaosTest(RemoteHouse):
    def test_every_picture_ends_once(self):
        for seed in range(1, SEEDS + 1):
            with self.subTest(seed=seed):
                self.one_batch(seed)

    def one_batch(self, seed):
        pods = self.fake("fake_comfyui", "--pods", PODS, "--seconds", "0.02,0.1", "--seed", seed,
                         "--flavour", "new" if seed % 2 else "old", "--faults", json.dumps(FAULTS))
        self.connect(*pods.ports)
        self.environment["MEDUSA_DATA"] = str(self.home / f"data{seed}")
        stranger = Stranger(pods)
        stranger.start()
        began = time.monotonic()
        batch = str(uuid.uuid4())
        made = set()
        for turn in range(3):  # what failed at last is tried again, as its user would
            done = self.run_medusa("batch", "--count", PICTURES, "--resume", batch, *SMALL,
                                   "--json", timeout=3000)
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            summary = lines.pop()["summary"]
            self.assertEqual(sorted(line["index"] for line in lines), list(range(PICTURES)))
            made = {line["index"] for line in lines if "id" in line}
            self.assertIn(done.returncode, (0, 5), done.stderr)
            if summary["failed"] == 0:
                break
        stranger.stop.set()
        stranger.join()
        self.assertEqual(len(made), PICTURES, done.stderr)
        self.check_records()
        again = self.check_attempts(pods)
        self.check_strangers(pods, stranger.sent)
        print(f"seed {seed}: {PICTURES} pictures in {time.monotonic() - began:.0f} s and "
              f"{turn + 1} runs, {again} drawn again for a reason", flush=True)

    def check_records(self):
        records = self.ok_json("list", "--limit", 10_000)
        self.assertEqual(len(records), PICTURES)
        self.assertEqual(len({one["id"] for one in records}), PICTURES)
        self.assertEqual(len({one["jobId"] for one in records}), PICTURES)

    def check_attempts(self, pods):
        """How many attempts were not the first of their picture."""
        received = collections.Counter(event["id"] for event in self.events(pods, "received")
                                       if event.get("client_id") != "stranger")
        twice = {prompt: times for prompt, times in received.items() if times > 1}
        self.assertEqual(twice, {}, "a prompt was sent twice")
        with sqlite3.connect(f"{self.environment['MEDUSA_DATA']}/medusa.db") as database:
            rows = database.execute("SELECT id, job_id, state, reason FROM attempts "
                                    "ORDER BY sequence").fetchall()
        self.assertLessEqual(set(received), {row[0] for row in rows},
                             "a prompt was sent that was not written down")
        of_job = collections.defaultdict(list)
        for _, job, state, reason in rows:
            of_job[job].append((state, reason))
        for job, attempts in of_job.items():
            self.assertEqual(attempts[-1][0], "done", (job, attempts))
            self.assertEqual([one[0] for one in attempts].count("done"), 1, (job, attempts))
            for state, reason in attempts[:-1]:
                self.assertIn(state, ("failed", "lost", "cancelled"), (job, attempts))
                self.assertTrue(reason, (job, attempts))
        return len(rows) - len(of_job)

    def check_strangers(self, pods, sent):
        self.assertTrue(sent)
        for event in self.events(pods, "interrupted", "deleted"):
            self.assertNotIn(event.get("id"), sent, event)


if __name__ == "__main__":
    unittest.main()
