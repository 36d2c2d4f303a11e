#!/usr/bin/env python3
"""Jobs outlive the process that asked for them: cancelled, retried, resumed, done by a worker."""

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import time
import unittest

from house import LUNA, House

SMALL = ["--width", 64, "--height", 64]
NO_JOB = "00000000-0000-4000-8000-000000000000"


class JobHouse(House):
    def people(self, count):
        """A batch file of that many different people."""
        file = self.home / "people.jsonl"
        file.write_text("".join(
            json.dumps({"name": f"Person {number}", "description": "a calm knight",
                        "width": 64, "height": 64}) + "\n" for number in range(count)))
        return file

    def left_behind(self, count, enough=3):
        """A batch of `count` that was killed when `enough` were made; returns its file."""
        file = self.people(count)
        before = len(list(self.data.rglob("avatar/*.png")))
        running = self.start_medusa("batch", "--file", file, "--concurrency", 1,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while len(list(self.data.rglob("avatar/*.png"))) < before + enough:
            time.sleep(0.02)
            self.assertIsNone(running.poll(), "it was done too soon")
        running.kill()
        running.wait()
        return file

    def states(self):
        counted = {}
        for one in self.ok_json("jobs", "--limit", 100000):
            counted[one["state"]] = counted.get(one["state"], 0) + 1
        return counted

    def assert_each_once(self, count):
        names = [one["name"] for one in self.ok_json("list", "--limit", 100000)]
        self.assertEqual(sorted(names), sorted(f"Person {number}" for number in range(count)))
        self.assertEqual(self.states(), {"done": count})
        pictures = list(self.data.rglob("avatar/*.png"))
        self.assertEqual(len(pictures), count)
        self.assertEqual(list((self.data / "spool").glob("*")), [])


class Jobs(JobHouse):
    def test_a_job_tells_its_story(self):
        made = self.ok_json("generate", *LUNA)
        job, = self.ok_json("jobs")
        self.assertEqual((job["id"], job["state"]), (made["jobId"], "done"))
        self.assertEqual([one["what"] for one in job["events"]],
                         ["queued", "leased", "rendered", "uploaded", "recorded", "done"])
        self.assertNotIn("lease", job)
        told = self.ok("jobs", "show", job["id"])
        self.assertIn("Luna Starweaver", told)
        self.assertIn("recorded", told)

    def test_a_killed_batch_goes_on_when_its_file_is_given_again(self):
        file = self.left_behind(20)
        done = self.run_medusa("batch", "--file", file)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("going on with batch", done.stderr)
        self.assertIn("✅ Successful: 20", done.stdout)
        self.assert_each_once(20)
        self.ok("batch", "--file", file)
        self.assertEqual(len(self.ok_json("list", "--limit", 1000)), 40, "a whole new batch")

    def test_the_id_of_a_batch_is_enough_to_go_on(self):
        self.left_behind(12)
        batch = self.ok_json("jobs")[0]["submissionId"]
        self.assertIn("✅ Successful: 12", self.ok("batch", "--resume", batch))
        self.assert_each_once(12)

    def test_a_worker_does_what_was_left(self):
        self.left_behind(12)
        self.ok("worker", "--until-idle")
        self.assert_each_once(12)

    def test_several_workers_share_what_was_left(self):
        self.left_behind(40)
        workers = [self.start_medusa("worker", "--until-idle", stderr=subprocess.PIPE)
                   for _ in range(3)]
        for worker in workers:
            _, told = worker.communicate(timeout=120)
            self.assertEqual(worker.returncode, 0, told)
        self.assert_each_once(40)

    def test_a_waiting_job_says_where_it_stands(self):
        self.ok("batch", "--count", "3", "--width", "64", "--height", "64")
        self.left_behind(12)
        waiting = [one["id"] for one in self.ok_json("jobs", "--state", "queued")]
        for position, job in enumerate(reversed(waiting), 1):
            shown = self.ok_json("jobs", "show", job)
            self.assertEqual(shown["position"], position)
            # Three or more were done just now, so the pace is known.
            self.assertLessEqual(shown["etaSeconds"], 60)
        self.assertIn(f"number {len(waiting)} in line, done in about",
                      self.ok("jobs", "show", waiting[0]))
        self.ok("worker", "--until-idle")
        self.assertNotIn("position", self.ok_json("jobs", "show", waiting[0]))

    def test_wishes_that_cannot_be_fulfilled_say_why(self):
        job = self.ok_json("generate", *LUNA)["jobId"]
        self.assertIn("medusa jobs", self.refused(3, "jobs", "show", NO_JOB))
        self.assertIn("medusa jobs", self.refused(3, "jobs", "cancel", NO_JOB))
        self.assertIn("done", self.refused(1, "jobs", "cancel", job))
        self.assertIn("done", self.refused(1, "jobs", "retry", job))
        self.assertIn("there is no job", self.refused(3, "jobs", "cancel", job, "--userId", "bob"))
        self.assertIn("Did you mean dead?", self.refused(2, "jobs", "--state", "deed"))

    def test_a_waiting_job_is_cancelled_once_and_can_be_retried(self):
        self.left_behind(12)
        waiting = self.ok_json("jobs", "--state", "queued")[0]["id"]
        for _ in range(2):
            self.assertEqual(self.ok_json("jobs", "cancel", waiting)["state"], "cancelled")
        self.ok("worker", "--until-idle")
        self.assertEqual(self.states(), {"done": 11, "cancelled": 1})
        self.assertEqual(self.ok_json("jobs", "retry", waiting)["state"], "queued")
        self.ok("worker", "--until-idle")
        self.assert_each_once(12)

    def test_what_the_policy_refuses_leaves_no_text_behind(self):
        self.refused(8, "generate", "--name", "Ada", "--description", "a nude portrait of canary")
        file = self.home / "people.jsonl"
        file.write_text('{"name":"Ada","description":"a nude portrait of canary"}\n'
                        '{"name":"Bo","description":"a knight"}\n')
        self.assertEqual(self.run_medusa("batch", "--file", file).returncode, 5)
        rows = sqlite3.connect(self.data / "medusa.db").execute("SELECT record FROM jobs")
        self.assertNotIn("canary", "".join(record for record, in rows))

    def test_a_worker_ends_in_good_order(self):
        for name, expected in (("SIGTERM", 0), ("SIGINT", 0), ("SIGKILL", -9)):
            with self.subTest(signal=name):
                self.left_behind(30, enough=1)
                worker = self.start_medusa("worker", stderr=subprocess.PIPE)
                before = len(self.ok_json("jobs", "--state", "done", "--limit", 1000))
                while len(self.ok_json("jobs", "--state", "done", "--limit", 1000)) <= before:
                    time.sleep(0.02)
                began = time.monotonic()
                worker.send_signal(getattr(signal, name))
                _, told = worker.communicate(timeout=25)
                print(f"{name}: exit {worker.returncode} after {time.monotonic() - began:.2f} s")
                self.assertEqual(worker.returncode, expected, told)
                name, = re.findall(r"worker (\S+): ", told)
                held = [one for one in self.ok_json("jobs", "--state", "leased")
                        if one["worker"] == name]
                self.assertEqual(bool(held), expected != 0)
                self.ok("worker", "--until-idle")
                self.assertEqual(set(self.states()), {"done"})


class Kills(JobHouse):
    """Death at random moments, again and again: every job ends once, no picture is drawn twice."""

    def test_kills_lose_and_double_nothing(self):
        kills = int(os.environ.get("MEDUSA_TEST_KILLS", "10"))
        count = int(os.environ.get("MEDUSA_TEST_EACH", "150"))
        seed = random.randrange(1 << 30)
        moments = random.Random(seed)
        print(f"seed {seed}")
        self.left_behind(count)
        killed = 0
        drawn = []
        # Long enough for some jobs, and short enough for the last kill to find some left.
        longest = 0.05 + 0.015 * count / kills
        self.environment["MEDUSA_LOG"] = "debug"
        for _ in range(kills):
            log = self.home / "worker.log"
            with log.open("w") as told:
                worker = self.start_medusa("worker", "--until-idle", stderr=told)
                time.sleep(moments.uniform(0.05, longest))
                killed += worker.poll() is None
                worker.kill()
                worker.wait()
            drawn += log.read_text().splitlines()
        done = self.run_medusa("worker", "--until-idle", timeout=1200)
        self.assertEqual(done.returncode, 0, done.stderr)
        # Killed seven times in a row with one job, it cannot be told from a job that kills.
        dead = self.states().get("dead", 0)
        if dead:
            drawn += done.stderr.splitlines()
            self.ok("jobs", "redrive")
            done = self.run_medusa("worker", "--until-idle", timeout=1200)
        print(f"{dead} jobs were taken for poison, and redriven")
        self.assert_each_once(count)
        self.assert_nothing_drawn_twice(drawn + done.stderr.splitlines())
        print(f"{killed} of {kills} workers were killed at work")
        self.assertGreater(killed, 0)

    def assert_nothing_drawn_twice(self, lines):
        """After `rendered` was said of a job, nobody drew it again."""
        rendered = set()
        for line in lines:
            words = line.removeprefix("debug: ").split("  ")
            if len(words) < 2:
                continue
            if words[1].startswith("rendered"):
                rendered.add(words[0])
            elif words[1].startswith("drawing"):
                self.assertNotIn(words[0], rendered)


if __name__ == "__main__":
    unittest.main()
