#!/usr/bin/env python3
"""What crashes leave behind is swept, and nothing else (promises.md P4).

Short form: 4 kills, 12 characters under faults, a batch of 3. Long form, in the environment:
MEDUSA_TEST_KILLS=20 MEDUSA_TEST_UPLOADS=10000 MEDUSA_TEST_BATCH=100.
"""

import collections
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest
import uuid

from house import LUNA, House
from stores import StoresHouse

KILLS = int(os.environ.get("MEDUSA_TEST_KILLS", "4"))
# A character has three assets: a picture, its manifest, an embedding.
CHARACTERS = int(os.environ.get("MEDUSA_TEST_UPLOADS", "36")) // 3
BATCH = int(os.environ.get("MEDUSA_TEST_BATCH", "3"))
SMALL = ["--width", "256", "--height", "256"]
TINY = ["--width", "64", "--height", "64"]
FAULTS = [
    {"fault": "reset_after", "route": "POST *", "p": 0.08},  # stored, then died
    {"fault": "reset_before", "p": 0.05},
    {"fault": "truncate", "p": 0.05, "at": 0.4},
    {"fault": "html", "p": 0.03},
    {"fault": "status", "p": 0.05, "status": 500,
     "text": "{\"error\":{\"message\":\"General\"}}"},
    {"fault": "status", "p": 0.03, "status": 502, "text": "<p>Bad gateway"},
]
ORPHAN = "11111111-2222-4333-8444-555555555555"


class LocalTest(House):
    def test_shows_removes_and_says_how_much(self):
        luna = self.ok_json("generate", *LUNA, *TINY)
        self.assertEqual(self.ok_json("sweep")["files"], 0)
        folder = pathlib.Path(luna["avatarPath"]).parents[1]
        for path, text in ((f"avatar/{ORPHAN}-0123abcd.png", "12345"),
                           (f"generations/{ORPHAN}.json", "{}"), ("avatar/mine.png", "mine"),
                           ("avatar/x.png.1-0.part", "half")):
            (folder / path).write_text(text)
        kept = sorted(path for path in folder.rglob("*") if path.is_file()
                      and ORPHAN not in path.name and path.suffix != ".part")
        young = self.ok_json("sweep")
        self.assertEqual((young["files"], young["young"], young["unfinished"]["files"]), (0, 2, 0))
        day_old = time.time() - 25 * 3600
        for path in folder.rglob("*"):
            os.utime(path, (day_old, day_old))
        shown = self.ok_json("sweep", "--dry-run")
        self.assertTrue(shown["dryRun"])
        self.assertTrue((folder / f"avatar/{ORPHAN}-0123abcd.png").exists())
        self.assertIn("Would go: 2 files", self.ok("sweep", "--dry-run"))
        done = self.ok_json("sweep")
        self.assertEqual(done["paths"], shown["paths"])
        self.assertEqual((done["files"], done["bytes"]), (2, 7))
        self.assertEqual(done["unfinished"], {"files": 1, "bytes": 4})
        self.assertEqual(sorted(path for path in folder.rglob("*") if path.is_file()), kept)
        self.assertIn("--older-than", self.refused(2, "sweep", "--older-than", "soon"))


class StoresTest(StoresHouse):
    def test_kill_9_of_program_and_database_leaves_nothing_half_made(self):
        for turn in range(KILLS):
            with self.subTest(kill=turn):
                # Every second one goes on with the batch of the one before, as its user would.
                if turn % 2 == 0:
                    batch = ["batch", "--count", "8", "--resume", str(uuid.uuid4()), *SMALL]
                before = len(self.ok_json("list"))
                running = self.start_medusa(*batch, stdout=subprocess.DEVNULL,
                                            stderr=subprocess.DEVNULL)
                self.wait_for_uploads(1 + turn * 5 % 13)
                time.sleep(turn * 0.037 % 0.1)
                if turn % 2:
                    self.restart_database()  # the program waits for it, and then dies as well
                    time.sleep(turn * 0.037 % 0.2)
                running.send_signal(signal.SIGKILL)
                running.wait()
                there = set(self.cloud_tree())
                young = self.ok_json("sweep")
                self.assertEqual((young["files"], young["reservations"]), (0, 0))
                self.assertEqual(set(self.cloud_tree()), there, "it was too young to go")
                swept = self.ok_json("sweep", "--older-than", "0", "--force")
                if turn % 2 == 0:
                    # Its jobs wait, and come back for what they have stored.
                    left = set(self.cloud_tree()) - self.named_paths()
                    self.assertLessEqual({path.split("/")[2] for path in left},
                                         self.folders_of(self.waiting()))
                else:
                    self.give_up_what_waits()
                    swept = self.ok_json("sweep", "--older-than", "0", "--force")
                    self.check_whole()
                records = len(self.ok_json("list", "--limit", 100_000))
                self.assertGreaterEqual(records, before)
                print(f"kill {turn + 1}: {records} records, swept: {swept['files']} files, "
                      f"{swept['reservations']} reservations, {swept['finished']} changes taken "
                      "to the end", flush=True)
        self.ok("batch", "--count", "8", *SMALL, timeout=600)
        self.check_whole()

    def waiting(self):
        return {one["id"] for one in self.ok_json("jobs", "--limit", 1000)
                if one["state"] in ("queued", "leased")}

    def folders_of(self, jobs):
        return {one["slug"] for one in self.documents("medusa_claims") if one["_id"] in jobs}

    def give_up_what_waits(self):
        for job in self.waiting():
            self.ok("jobs", "cancel", job)
        self.ok("worker", "--until-idle")
        self.assertEqual(self.waiting(), set())

    def wait_for_uploads(self, count):
        wanted = len(self.cloud_events("stored")) + count
        end = time.monotonic() + 30
        while len(self.cloud_events("stored")) < wanted and time.monotonic() < end:
            time.sleep(0.02)

    def test_a_batch_prints_its_tree_and_its_documents(self):
        done = self.ok_json_lines("batch", "--count", BATCH, *SMALL)
        self.assertEqual(done.pop()["summary"]["failed"], 0)
        self.assertEqual(self.check_whole(), BATCH)
        characters, images = self.documents("characters"), self.documents("images")
        self.assertEqual([one["id"] for one in characters], sorted(one["id"] for one in done))
        self.assertEqual({one["characterId"] for one in images}, {one["id"] for one in done})
        tree = self.cloud_tree()
        for image in images:
            self.assertIn(image["path"], tree)
        print(f"--- {len(tree)} assets", *sorted(tree), f"--- {len(characters)} characters",
              *map(json.dumps, characters), f"--- {len(images)} images", *map(json.dumps, images),
              sep="\n", flush=True)

    def test_names_with_every_forbidden_character_have_a_folder_of_their_own(self):
        del self.environment["MONGODB_URI"]
        forbidden = "?&#\\%<>+*:|\"'/ ."
        names = [f"Luna{one}Star{one}" for one in forbidden] + [forbidden, "🌙", "..", "v1"]
        for name in names:
            made = self.ok_json("generate", "--name", name, "--description", "a knight", *TINY,
                                "--userId", f"an{name}na", "--username", f"An{name}na")
            self.assertIn("/image/upload/v", made["avatar"])
            self.assertNotIn("%", made["avatar"])
        folders = {path.split("/avatar/")[0] for path in self.cloud_tree() if "/avatar/" in path}
        self.assertEqual(len(folders), len(names), "one folder a character")
        for folder in folders:
            self.assertRegex(folder, r"^[a-z0-9_-]+/characters/[a-z0-9_-]+$")

    def ok_json_lines(self, *arguments):
        text = self.ok(*arguments, "--json", timeout=1200)
        return [json.loads(line) for line in text.splitlines()]

    def test_uploads_to_a_failing_account_leave_no_double_and_no_orphan(self):
        del self.environment["MONGODB_URI"]  # thousands of records
        others = {f"anna/characters/luna-starweaver/avatar/{name}" for name in
                  ("holiday.png", f"{ORPHAN}.png")} | {"zoe/characters/zoe/generations/a.json"}
        for path in others:
            self.upload(path, b"somebody else's")
        foreign = self.cloud_tree()
        self.faults(FAULTS)
        done = self.run_medusa("batch", "--count", CHARACTERS, *TINY, timeout=3400)
        self.assertIn(done.returncode, (0, 5), done.stderr)
        self.faults([])
        orphans = self.ok_json("sweep", "--older-than", "0")["files"]

        stored = collections.Counter((event["type"], event["public_id"])
                                     for event in self.cloud_events("stored"))
        self.assertEqual([one for one, times in stored.items() if times > 1], [], "stored twice")
        tree = self.cloud_tree()
        self.assertEqual({path: tree.get(path) for path in others}, foreign)
        self.assertEqual(set(tree) - others, self.named_paths())
        faults = len(self.cloud_events("fault"))
        self.assertGreater(faults, CHARACTERS // 3, "the plan did not strike")
        print(f"{len(stored)} assets stored, {faults} faults, {orphans} orphans swept", flush=True)


if __name__ == "__main__":
    unittest.main()
