"""Every signal at every moment: how a worker and a batch end, how long it takes, and that the job
they were at is then done by the next worker, once."""

import concurrent.futures
import json
import os
import signal
import sqlite3
import subprocess
import time
import unittest

from remote_test import RemoteHouse, wait_for

LONG = os.environ.get("MEDUSA_TEST_LONG") == "1"
# A picture, or an upload, takes so long: less than a worker waits after a signal, or more.
SECONDS = 40 if LONG else 3
SIGNALS = {"TERM": [signal.SIGTERM], "INT": [signal.SIGINT], "QUIT": [signal.SIGQUIT],
           "KILL": [signal.SIGKILL], "TERM twice": [signal.SIGTERM] * 2}
MOMENTS = [("worker", "idle"), ("worker", "rendering"), ("worker", "uploading"),
           ("batch", "rendering"), ("batch", "uploading")]
DRAIN_SECONDS_MAX = 25
AT_ONCE_SECONDS_MAX = 5
AT_A_TIME = 5


class Ending:
    """One process that gets one signal, in a data folder of its own; `row` is what came of it."""

    def __init__(self, house, number, command, moment, name):
        self.house, self.command, self.moment, self.name = house, command, moment, name
        self.number = number
        self.folder = house.home / f"case{number}"
        self.folder.mkdir()
        self.file = self.folder / "people.jsonl"
        self.file.write_text(json.dumps({"name": "Ada", "description": "a calm knight",
                                         "width": 64, "height": 64}) + "\n")
        self.base = self.folder / "medusa.db"
        self.environment = {"MEDUSA_DATA": str(self.folder),
                            "MEDUSA_IMAGE_NUMBER_FILE": str(self.folder / "number")}
        if moment == "rendering":
            port = house.pods.ports[number]
            self.environment["RUNPOD_WEBUI_URL"] = f"http://127.0.0.1:{port}"
        if moment == "uploading":
            cloud = f"127.0.0.1:{house.cloud.ports[number]}"
            self.environment["CLOUDINARY_URL"] = (
                f"cloudinary://123456789012345:secret@demo?upload_prefix=http://{cloud}"
                f"&secure_distribution=http://{cloud}/demo")

    def jobs(self):
        base = sqlite3.connect(f"file:{self.base}?mode=ro", uri=True, timeout=10)
        try:
            return [json.loads(record) for record, in base.execute("SELECT record FROM jobs")]
        except sqlite3.OperationalError:
            return []  # its tables are just being made
        finally:
            base.close()

    def is_there(self, running):
        """Whether it is at the moment in question."""
        self.house.assertIsNone(running.poll())
        jobs = self.jobs() if self.base.exists() else []
        leased = [one for one in jobs if one["state"] == "leased"
                  and f"-{running.pid}-" in one["lease"]["worker"]]
        if self.moment == "idle":
            return list(self.folder.glob(f"workers/*-{running.pid}-*.lock"))
        if self.moment == "uploading":
            return [one for one in leased if one["stage"] == "rendered"]
        return leased and self.house.pods.events("started", self.number)

    def start(self, *arguments):
        return self.house.start_medusa(*arguments, environment=self.environment,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def begun(self):
        """The process, at work. A worker finds what a batch left that was killed."""
        running = self.start("batch", "--file", self.file)
        if self.command == "worker" and self.moment != "idle":
            wait_for(lambda: self.is_there(running))
            running.kill()
        if self.command == "worker":
            running.communicate(timeout=60)
            running = self.start("worker")
        wait_for(lambda: self.is_there(running))
        time.sleep(0.3)
        return running

    def run(self):
        running = self.begun()
        began = time.monotonic()
        for each in SIGNALS[self.name]:
            running.send_signal(each)
            time.sleep(0.2)
        _, told = running.communicate(timeout=60)
        seconds = time.monotonic() - began
        next_worker = self.start("worker", "--until-idle")
        _, after = next_worker.communicate(timeout=SECONDS + 60)
        self.row = (self.command, self.moment, self.name, running.returncode, seconds)
        self.told = told + after
        self.next_code = next_worker.returncode
        return self


class Signals(RemoteHouse):
    def test_each_signal_at_each_moment(self):
        cases = [(*moment, name) for moment in MOMENTS for name in SIGNALS]
        self.pods = self.fake("fake_comfyui", "--pods", len(cases), "--seconds", SECONDS)
        slow = [{"fault": "delay", "route": "POST *", "seconds": SECONDS}]
        self.cloud = self.fake("fake_cloudinary", "--pods", len(cases), "--faults",
                               json.dumps(slow))
        endings = [Ending(self, number, *case) for number, case in enumerate(cases)]
        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as at_once:
            ended = list(at_once.map(Ending.run, endings))
        print(f"{'':8}{'':11}{'signal':12}{'exit code':>9}{'seconds':>9}")
        for one in ended:
            print("{:8}{:11}{:12}{:9}{:9.1f}".format(*one.row))
        for one in ended:
            with self.subTest(case=one.row):
                self.assert_ended_well(one)

    def assert_ended_well(self, one):
        command, moment, name, code, seconds = one.row
        drained = command == "worker" and name in ("TERM", "INT")
        expected = {-9} if name == "KILL" else {0} if drained else {130}
        if name == "TERM twice" and command == "worker" and moment != "rendering":
            expected.add(0)  # it may have ended before the second one
        self.assertIn(code, expected, one.told)
        waits = drained and moment != "idle"
        self.assertLess(seconds, DRAIN_SECONDS_MAX if waits else AT_ONCE_SECONDS_MAX)
        self.assertEqual(one.next_code, 0, one.told)
        self.assertEqual([(job["state"], job.get("failures")) for job in one.jobs()],
                         [("done", None)])
        records = self.ok_json("list", environment=one.environment)
        self.assertEqual([record["name"] for record in records], ["Ada"])
        self.assertEqual((one.folder / "number").read_text().strip(), "1")
        if moment == "rendering":
            # A user's stop also stops the server; a worker's leaves it to draw for the next one.
            self.assertEqual(len(self.pods.events("finished", one.number)), 1, "paid for once")


if __name__ == "__main__":
    unittest.main()
