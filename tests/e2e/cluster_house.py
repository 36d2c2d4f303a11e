"""Workers on many machines, on one: a NATS server, a MongoDB-wire server, and a batch for them."""

import json
import subprocess
import time

from mongo_test import MongoHouse
from nats_server import NatsServer


class ClusterHouse(MongoHouse):
    def setUp(self):
        super().setUp()
        self.nats = NatsServer(self.home / "nats")
        self.addCleanup(lambda: self.nats.end())
        self.environment["NATS_URL"] = self.nats.url
        self.workers = []
        self.addCleanup(self.end_workers)

    def start_worker(self):
        said = self.log_of(len(self.workers)).open("w")
        self.addCleanup(said.close)
        self.workers.append(self.start_medusa("worker", "--concurrency", "1", stdout=said,
                                              stderr=said))
        return self.workers[-1]

    def log_of(self, index):
        return self.home / f"worker{index}.log"

    def end_workers(self):
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.wait()

    def start_batch(self, count):
        file = self.home / "batch.jsonl"
        lines = [{"name": f"Star {number}", "description": "A weaver with silver hair",
                  "width": 128, "height": 128} for number in range(count)]
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return self.start_medusa("batch", "--file", file, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)

    def expect_each_once(self, count, batch, seconds):
        """Returns the number of pictures that were counted, and what the batch said on stderr."""
        told, messages = batch.communicate(timeout=seconds)
        self.assertEqual(batch.returncode, 0, messages + told)
        self.assertIn(f"✅ Successful: {count}", told)
        records = self.ok_json("list", "--limit", count + 10, timeout=seconds)
        self.assertEqual(sorted(one["name"] for one in records),
                         sorted(f"Star {number}" for number in range(count)))
        self.assertEqual(len({one["id"] for one in records}), count)
        pictures = list((self.data / "assets").rglob("*.png"))
        self.assertEqual(len(pictures), count)
        self.assertEqual(list((self.data / "spool").iterdir()), [])
        return int((self.home / ".last_image_number").read_text()), messages

    def pictures(self):
        return len(list((self.data / "assets").rglob("*.png")))

    def wait_for(self, holds, seconds=60):
        deadline = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
