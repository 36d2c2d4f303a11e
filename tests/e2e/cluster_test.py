#!/usr/bin/env python3
"""Many workers over a real NATS server and a MongoDB-wire server: each job is done once, whoever
dies meanwhile, and the workers share them evenly.

Variables of the long form: MEDUSA_TEST_JOBS, MEDUSA_TEST_ROUNDS (each with a database of its own:
the test server looks at every job for every question), MEDUSA_TEST_KILL_SECONDS (between two
kills), MEDUSA_TEST_RESTARTS (of the NATS server)."""

import collections
import os
import re
import signal
import threading
import time
import unittest

from cluster_house import ClusterHouse
from house import LUNA

JOBS = int(os.environ.get("MEDUSA_TEST_JOBS", "36"))
ROUNDS = int(os.environ.get("MEDUSA_TEST_ROUNDS", "1"))
KILL_SECONDS = float(os.environ.get("MEDUSA_TEST_KILL_SECONDS", "2"))
RESTARTS = int(os.environ.get("MEDUSA_TEST_RESTARTS", "1"))
LONG = "MEDUSA_TEST_JOBS" in os.environ
SHARED_JOBS = 200 if LONG else 80
END_SECONDS = 3000 if LONG else 240


class ClusterTest(ClusterHouse):
    def tickets(self):
        return int(re.search(r"JetStream, (\d+) tickets", self.ok("doctor"))[1])

    def test_workers_die_and_the_server_restarts_and_each_job_is_done_once(self):
        begun = time.monotonic()
        killed = 0
        for number in range(ROUNDS):
            self.environment["MONGODB_URI"] = f"{self.server.uri}/round{number}"
            self.data = self.environment["MEDUSA_DATA"] = self.home / f"data{number}"
            (self.home / ".last_image_number").unlink(missing_ok=True)
            # Spread over the rounds.
            restarts = RESTARTS * (number + 1) // ROUNDS - RESTARTS * number // ROUNDS
            killed += self.disturbed_round(JOBS // ROUNDS, restarts)
        print(f"{JOBS} jobs in {time.monotonic() - begun:.0f} s, {killed} workers killed, "
              f"{RESTARTS} restarts of the NATS server")
        if LONG:
            self.expect_no_ticket_left()

    def expect_no_ticket_left(self):
        """Those of dead workers come back after a minute of silence, to one that lives."""
        self.start_worker()
        deadline = time.monotonic() + 150
        while self.tickets() and time.monotonic() < deadline:
            time.sleep(2)
        self.assertEqual(self.tickets(), 0)

    def disturbed_round(self, count, restarts):
        """How many workers were killed."""
        first = len(self.workers)
        for _ in range(3):
            self.start_worker()
        batch = self.start_batch(count)
        over = threading.Event()
        killed = restarted = 0

        def disturb():
            nonlocal killed, restarted
            while not over.wait(KILL_SECONDS):
                victim = self.workers[first + killed]
                victim.kill()
                victim.wait()
                self.start_worker()
                killed += 1
                if restarted < restarts:
                    self.nats.restart()
                    restarted += 1

        disturbance = threading.Thread(target=disturb)
        disturbance.start()
        try:
            number, _ = self.expect_each_once(count, batch, END_SECONDS)
        finally:
            over.set()
            disturbance.join()
            self.end_workers()
        self.assertGreaterEqual(killed, 1)
        self.assertEqual(restarted, restarts)
        # A worker that dies between counting a picture and storing it leaves a number out.
        self.assertIn(number - count, range(killed + 1))
        return killed

    def test_four_workers_share_the_work_evenly(self):
        for _ in range(4):
            self.start_worker()
        for index in range(4):
            self.wait_for(lambda: "worker" in self.log_of(index).read_text())
        self.expect_each_once(SHARED_JOBS, self.start_batch(SHARED_JOBS), END_SECONDS)
        shares = collections.Counter()
        for one in self.ok_json("jobs", "--limit", SHARED_JOBS):
            leases = [event["detail"] for event in one["events"] if event["what"] == "leased"]
            self.assertEqual(len(leases), 1)
            shares[leases[0]] += 1
        even = SHARED_JOBS / 4
        off = max(abs(share - even) for share in shares.values()) / even
        print(f"shares of {SHARED_JOBS} jobs: {sorted(shares.values())}, "
              f"{100 * off:.1f} % off even at most")
        self.assertEqual(len(shares), 4)
        self.assertLessEqual(off, 0.05 if LONG else 0.5)

    def test_without_the_nats_server_work_goes_on_and_it_is_said(self):
        worker = self.start_worker()
        self.nats.end()
        self.assertEqual(self.ok_json("generate", *LUNA)["name"], "Luna Starweaver")
        worker.send_signal(signal.SIGTERM)
        self.assertEqual(worker.wait(30), 0)
        said = self.log_of(0).read_text()
        self.assertEqual(said.count("NATS connection failed: "), 1, said)
        doctor = self.run_medusa("doctor")
        self.assertEqual(doctor.returncode, 7)
        self.assertIn("NATS_URL", doctor.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
