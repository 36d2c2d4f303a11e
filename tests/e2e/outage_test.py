#!/usr/bin/env python3
"""NATS or MongoDB is gone for a while in the middle of work, or the stream is: workers say so,
wait, and go on; nothing is lost, and nothing is done twice.

Variables of the long form: MEDUSA_TEST_AWAY_SECONDS, MEDUSA_TEST_JOBS."""

import os
import time
import unittest

from cluster_house import ClusterHouse
from house import LUNA

AWAY_SECONDS = float(os.environ.get("MEDUSA_TEST_AWAY_SECONDS", "12"))
JOBS = int(os.environ.get("MEDUSA_TEST_JOBS", "40"))
WORKERS = 3
# Leases of before are free again after a minute of silence.
END_SECONDS = 300 + 5 * AWAY_SECONDS
# A shorter outage of MongoDB is ridden out, and nobody need hear of it: who asked when it began is
# told nothing for 30 s, and the driver asks once more.
SAID_AFTER_SECONDS = 70


class OutageTest(ClusterHouse):
    def run_through(self, outage, left_out=0):
        """A batch, with the outage in the middle of it; returns what each worker said, and the
        batch."""
        for _ in range(WORKERS):
            self.start_worker()
        batch = self.start_batch(JOBS)
        self.wait_for(lambda: self.pictures() >= 5)
        outage()
        begun = time.monotonic()
        number, messages = self.expect_each_once(JOBS, batch, END_SECONDS)
        # A number that a worker took when MongoDB went away may be left out, as after a crash, and
        # is never given again.
        self.assertGreaterEqual(number, JOBS, "a picture was not counted")
        self.assertLessEqual(number, JOBS + left_out, "a picture was counted twice")
        for one in self.ok_json("jobs", "--limit", JOBS):
            whats = [event["what"] for event in one["events"]]
            self.assertEqual(whats.count("done"), 1, whats)
        print(f"{JOBS} jobs, done {time.monotonic() - begun:.0f} s after the outage")
        return [self.log_of(index).read_text() for index in range(WORKERS)], messages

    def expect_told_once(self, logs, words):
        for log in logs:
            warnings = [line for line in log.splitlines() if line.startswith("warning: ")]
            self.assertEqual(sum(words in line for line in warnings), 1, log)

    def expect_told_by_whom_it_meets(self, logs, words):
        """Who draws while the tickets are away, and finds them made anew, has missed nothing."""
        told = [sum(words in line for line in log.splitlines() if line.startswith("warning: "))
                for log in logs]
        self.assertLessEqual(max(told), 1, logs)
        self.assertGreaterEqual(sum(told), 1, logs)

    def expect_tickets_again(self):
        """The next job is handed out over NATS, and its ticket handed in."""
        before = self.tickets()
        self.assertEqual(self.ok_json("generate", *LUNA)["name"], "Luna Starweaver")
        self.wait_for(lambda: self.tickets()["messages"] == 0, 100)
        self.assertGreater(self.tickets()["last_seq"], before["last_seq"])

    def tickets(self):
        return self.nats.ask("$JS.API.STREAM.INFO.MEDUSA_JOBS")["state"]

    def away_for_a_while(self, leave, come_back):
        """Returns how many pictures came meanwhile."""
        before = self.pictures()
        leave()
        time.sleep(AWAY_SECONDS)
        meanwhile = self.pictures() - before
        come_back()
        return meanwhile

    def without_nats(self, leave, come_back):
        self.assertGreater(self.away_for_a_while(leave, come_back), WORKERS, "work stood still")

    def without_mongodb(self, leave, come_back):
        # Each worker may have drawn one.
        self.assertLessEqual(self.away_for_a_while(leave, come_back), WORKERS)

    def test_nats_is_gone(self):
        logs, _ = self.run_through(lambda: self.without_nats(
            self.nats.end, lambda: self.nats.start(self.nats.port)))
        self.expect_told_once(logs, "NATS connection failed: ")
        self.expect_tickets_again()

    def test_nats_hangs(self):
        self.run_through(lambda: self.without_nats(self.nats.pause, self.nats.go_on))
        self.expect_tickets_again()

    def test_mongodb_is_gone(self):
        logs, messages = self.run_through(lambda: self.without_mongodb(
            self.server.end, lambda: self.start_server(self.server.port)), WORKERS)
        if AWAY_SECONDS >= SAID_AFTER_SECONDS:
            self.expect_told_once([*logs, messages], "Database connection failed: ")
        self.expect_tickets_again()

    def test_mongodb_hangs(self):
        logs, messages = self.run_through(lambda: self.without_mongodb(
            self.server.pause, self.server.go_on), WORKERS)
        if AWAY_SECONDS >= SAID_AFTER_SECONDS:
            self.expect_told_once([*logs, messages], "Database connection failed: ")
        self.expect_tickets_again()

    def test_the_stream_is_deleted(self):
        logs, _ = self.run_through(
            lambda: self.expect_done("$JS.API.STREAM.DELETE.MEDUSA_JOBS"))
        self.expect_told_by_whom_it_meets(logs, "the server has no tickets any more")
        self.expect_tickets_again()

    def test_the_consumer_is_deleted(self):
        logs, _ = self.run_through(
            lambda: self.expect_done("$JS.API.CONSUMER.DELETE.MEDUSA_JOBS.workers"))
        self.expect_told_by_whom_it_meets(logs, "the server has no tickets any more")
        self.expect_tickets_again()

    def test_nobody_works_and_it_is_said(self):
        batch = self.start_batch(2)
        time.sleep(12)
        self.start_worker()
        _, messages = self.expect_each_once(2, batch, END_SECONDS)
        self.assertEqual(messages.count("no worker has begun yet"), 1, messages)

    def expect_done(self, subject):
        answer = self.nats.ask(subject)
        self.assertTrue(answer.get("success"), answer)


if __name__ == "__main__":
    unittest.main(verbosity=2)
