"""Jobs on disks that are full or fail at the n-th write, under clocks that jump, and with workers
that are stopped or taken down: nothing is lost, nothing is done twice, and all is said."""

import errno
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from house import LUNA
from jobs_test import JobHouse, NO_JOB
from preloads import FaultyDisk, MovedClock, both
from remote_test import RemoteHouse, wait_for

LONG = os.environ.get("MEDUSA_TEST_LONG") == "1"
BATCH = 5
# The n-th write that fails, n = 1 and so on with this factor: a dozen of them; in the long form
# nearly each of the first, later every 25th.
SPREAD = 1.04 if LONG else 1.6


class FaultHouse(JobHouse):
    def assert_sound(self, count):
        """All were made once, nothing is damaged, and there is nothing to sweep."""
        self.assert_each_once(count)
        base = sqlite3.connect(self.data / "medusa.db")
        self.assertEqual(base.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        base.close()
        self.assertEqual((self.home / ".last_image_number").read_text().strip(), str(count))
        left = self.ok_json("sweep", "--dry-run", "--older-than", 0)
        self.assertEqual((left["files"], left["reservations"]), (0, 0), left)

    def disk(self, prefix=None):
        return FaultyDisk(self.home / "plan", prefix or self.data)

    def clean(self):
        shutil.rmtree(self.data)
        (self.home / ".last_image_number").unlink(missing_ok=True)

    def begin(self, *arguments, **options):
        return self.start_medusa(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 **options)

    def end(self, running, code=0, seconds=60):
        """What it said; fails the test unless it ends with `code`."""
        out, told = running.communicate(timeout=seconds)
        self.assertEqual(running.returncode, code, told)
        return out + told


class Disks(FaultHouse):
    def test_the_nth_write_fails(self):
        """As SQLite tests itself: one call after the other, until a run makes no so many."""
        file, disk = self.people(BATCH), self.disk()
        number, told = 1, []
        while True:
            disk.fail(number, number, errno.EIO)
            done = self.run_medusa("batch", "--file", file, "--concurrency", 1,
                                   environment=disk.environment)
            if disk.calls < number:
                break
            told.append(f"{number}:{done.returncode}")
            with self.subTest(number=number):
                self.assertIn(done.returncode, (0, 1), done.stderr)
                if done.returncode == 1:
                    self.assertRegex(done.stderr, "cannot .*(Input/output|I/O) error|medusa.db")
                    self.ok("batch", "--file", file)
                self.assert_sound(BATCH)
                self.assertEqual(self.parts_left_behind(), [])
            self.clean()
            number = int(number * SPREAD) + 1
        print(f"number of the call that failed, and exit code: {' '.join(told)}")
        self.assertGreater(len(told), 10)

    def test_a_full_disk_is_waited_for(self):
        file, disk = self.people(20), self.disk()
        for command in (["batch", "--file", file], ["worker", "--until-idle"]):
            with self.subTest(command=command[0]):
                self.left_behind(20)
                disk.fail(0)
                running = self.begin(*command, environment=disk.environment)
                while disk.calls < 300:
                    time.sleep(0.005)
                disk.fill()
                time.sleep(2)
                self.assertIsNone(running.poll())
                disk.mend()
                told = self.end(running)
                self.assertEqual(told.count("warning: "), 1, told)
                self.assertIn("see that its disk has space", told)
                self.assert_sound(20)
                self.clean()

    def test_a_disk_that_stays_full_ends_a_command(self):
        """After ten seconds, which a faster clock makes shorter."""
        file, disk = self.left_behind(20), self.disk()
        clock = MovedClock(self.home / "clock", pace=5)
        running = self.begin("batch", "--file", file, environment=both(disk, clock))
        while disk.calls < 300:
            time.sleep(0.005)
        disk.fill()
        told = self.end(running, 1)
        self.assertIn("disk is full", told)
        self.assertIn("medusa worker --until-idle", told)
        told = self.refused(1, "generate", "--name", "Person 20", "--description", "a calm knight",
                            environment=disk.environment)
        self.assertRegex(told, "disk is full|No space left on device")
        self.assertIn("see that its disk has space", told)
        disk.mend()
        self.assertIn("Successful: 20", self.ok("batch", "--file", file))
        self.assert_sound(20)


class Workers(FaultHouse, RemoteHouse):
    """Two workers on one job, of which one is stopped as by Ctrl-Z, or by a machine that sleeps."""

    def setUp(self):
        super().setUp()
        self.server = self.fake("fake_comfyui", "--seconds", 2)
        self.connect(self.server.port)

    def begun_at_server(self, file):
        running = self.begin("batch", "--file", file)
        wait_for(lambda: self.server.events("started"))
        return running

    def stopped(self, running):
        running.send_signal(signal.SIGSTOP)
        # The lease is silent for a minute before it is anybody's; by this clock, for a second.
        clock = MovedClock(self.home / "clock", pace=1 if LONG else 60)
        began = time.monotonic()
        told = self.end(self.begin("worker", "--until-idle", environment=clock.environment), 0, 90)
        print(f"taken over and done after {time.monotonic() - began:.1f} s")
        job, = self.ok_json("jobs")
        self.assertEqual(job["state"], "done")
        self.assertIn("its worker has fallen silent",
                      [event.get("detail") for event in job["events"]])
        self.assertIn(job["id"] + "  done", told)
        self.assertEqual(len(self.server.events("received")), 1, "paid for once")
        running.send_signal(signal.SIGCONT)

    def test_a_batch_that_was_stopped_too_long_sees_that_it_was_done(self):
        running = self.begun_at_server(self.people(1))
        self.stopped(running)
        told = self.end(running)
        self.assertIn("✅ Successful: 1", told)
        self.assert_sound(1)

    def test_a_worker_that_was_stopped_too_long_changes_nothing(self):
        running = self.begun_at_server(self.people(1))
        running.kill()
        running.communicate()
        worker = self.begin("worker")
        wait_for(lambda: [one for one in self.ok_json("jobs")
                          if f"-{worker.pid}-" in one.get("worker", "")])
        self.stopped(worker)
        time.sleep(1)
        worker.terminate()
        told = self.end(worker)
        self.assertIn("was taken over by others", told)
        self.assertNotIn("done", told.split("is done;")[1])
        self.assert_sound(1)

    def test_a_job_that_takes_its_worker_down_is_given_up_alone(self):
        del self.environment["RUNPOD_WEBUI_URL"]
        self.left_behind(10)
        poison = self.ok_json("jobs", "--state", "queued")[-1]["id"]
        disk = self.disk(self.data / "spool" / poison)
        disk.fail(1, reason=0)
        deaths = 0
        worker = ["worker", "--until-idle", "--concurrency", 3]
        while (done := self.run_medusa(*worker, environment=disk.environment)).returncode != 0:
            self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
            deaths += 1
        self.assertEqual(deaths, 2 + 5)
        self.assertEqual(self.states(), {"done": 9, "dead": 1})
        dead, = self.ok_json("jobs", "--state", "dead")
        self.assertEqual(dead["id"], poison)
        self.assertIn("goes down", self.ok("jobs", "show", poison))
        for one in self.ok_json("jobs"):
            losses = [event for event in one["events"] if event["what"] == "lost"]
            self.assertLessEqual(len(losses), 7 if one["id"] == poison else 3)
        disk.mend()
        self.assertIn("1 job", self.ok("jobs", "redrive"))
        self.ok("worker", "--until-idle")
        self.assert_sound(10)


class Refusals(FaultHouse):
    def error_of(self, code, *arguments):
        """As programs see it: one JSON document on standard output."""
        done = self.run_medusa(*arguments, "--json")
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout)["error"]

    def test_programs_are_told_in_json(self):
        done = self.ok_json("generate", *LUNA)["jobId"]
        for wish in ("cancel", "retry"):
            self.assertEqual(self.error_of(1, "jobs", wish, done)["code"], "conflict")
        for wish in ("show", "cancel", "retry"):
            for unknown in (NO_JOB, "nonsense", "../../etc/passwd", "x" * 5000):
                told = self.error_of(3, "jobs", wish, unknown)
                self.assertEqual(told["code"], "not_found")
                self.assertEqual(told["advice"], "medusa jobs shows yours")
        self.assertEqual(self.ok_json("jobs", "redrive"), {"queued": 0})
        self.assertIn("No job was given up", self.ok("jobs", "redrive"))
        self.assertEqual(len(self.ok_json("list")), 1)

    def test_who_has_too_many_jobs_in_line_gets_no_more(self):
        self.left_behind(6)
        base = sqlite3.connect(self.data / "medusa.db")
        base.execute("""
            WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
                                          WHERE n < 200000)
            INSERT INTO jobs SELECT NULL, 'copy ' || n, owner, submission, 'queued', priority,
                not_before_ms, updated_ms, revision, '{}'
            FROM numbers JOIN (SELECT * FROM jobs WHERE state = 'queued' LIMIT 1)""")
        base.commit()
        base.close()
        told = self.error_of(8, "generate", *LUNA)
        self.assertEqual(told["code"], "quota")
        self.assertIn("at most 200,000 may", told["detail"])
        self.assertIn("medusa jobs", told["advice"])
        self.ok("generate", *LUNA, "--userId", "bob")


class Clocks(FaultHouse):
    def test_a_clock_that_jumps_changes_nothing(self):
        clock = MovedClock(self.home / "clock")
        self.environment |= clock.environment
        file = self.people(40)
        for hours in (1, -1, 0):
            self.left_behind(40, enough=2)
            # Between two commands, and under one that runs.
            clock.move(hours)
            running = self.begin("batch", "--file", file)
            for jump in (-hours, hours, 0):
                time.sleep(0.1)
                clock.move(jump)
            self.end(running)
            self.assert_sound(40)
            self.clean()


if __name__ == "__main__":
    unittest.main()
