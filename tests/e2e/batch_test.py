"""Batches: files with bad lines, resuming, several processes at once, and death in the middle."""

import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
import unittest

from house import House, png_chunks


# The long form (ctest label `long`) raises both.
KILLS = int(os.environ.get("MEDUSA_TEST_KILLS", "5"))
EACH = int(os.environ.get("MEDUSA_TEST_EACH", "10"))


class Batch(House):
    def summary(self, *arguments, code=0):
        done = self.run_medusa("batch", *arguments, "--json")
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return lines[:-1], lines[-1]["summary"]

    def whole(self):
        """Every record has its files, every file is whole; returns the records."""
        records = self.ok_json("list", "--limit", 10000)
        for record in records:
            png_chunks(self.asset(record["avatar"]).read_bytes())
            vector = json.loads(self.asset(record["embeddings"]["url"]).read_text())
            self.assertEqual(vector["characterId"], record["id"])
            folder = self.asset(record["avatar"]).parents[1]
            for manifest in (folder / "generations").glob("*.json"):
                json.loads(manifest.read_text())
        # In the spool one may be cut short: nobody takes it from there by its name alone.
        for picture in (self.data / "assets").rglob("*.png"):
            png_chunks(picture.read_bytes())
        base = sqlite3.connect(self.data / "medusa.db")
        self.assertEqual(base.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        base.close()
        self.assertEqual(len({record["id"] for record in records}), len(records))
        return records

    def test_the_summary_that_users_look_for(self):
        told = self.ok("batch", "--count", 2)
        self.assertIn("📊 Fast batch generation summary:\n✅ Successful: 2\n❌ Failed: 0\n"
                      "📈 Success rate: 100.0%\n\n🎉 Characters created:\n"
                      "✅ 1. Luna Starweaver - ID: 12345", told)
        self.assertEqual(self.ok("generate", "--batch-templates", "--count", 1).count("ID:"), 1)

    def test_more_than_the_templates_repeat_with_numbers(self):
        lines, summary = self.summary("--count", 7, "--width", 64, "--height", 64)
        self.assertEqual(summary["successful"], 7)
        self.assertEqual(sorted(line["name"] for line in lines if line["index"] > 4),
                         ["Luna Starweaver 2", "Zara Cybershade 2"])

    def test_bad_lines_fail_alone(self):
        file = self.home / "people.jsonl"
        file.write_text('{"name":"Ada","description":"a dwarf engineer with red hair"}\n'
                        'not json\n\n'
                        '{"name":"Bo","descripton":"x"}\n'
                        '{"name":"Cy","description":"a knight","steps":0}\n'
                        '{"name":"Di","description":"a witch","tags":["kind","wise"]}\n')
        lines, summary = self.summary("--file", file, code=5)
        self.assertEqual((summary["successful"], summary["failed"]), (2, 3))
        errors = {line["line"]: line["error"]["detail"] + line["error"]["advice"]
                  for line in lines if "error" in line}
        self.assertIn("no JSON", errors[2])
        self.assertIn("Did you mean description?", errors[4])
        self.assertIn("150", errors[5])
        self.assertEqual({record["name"] for record in self.whole()}, {"Ada", "Di"})

    def test_csv_with_quotes_and_new_lines(self):
        file = self.home / "people.csv"
        file.write_text('name,description,tags\r\n'
                        '"Ada ""Iron"" Voss","a dwarf, red hair\nand a hammer","brave,loud"\r\n'
                        'Bo\r\n')
        lines, summary = self.summary("--file", file, code=5)
        self.assertEqual((summary["successful"], summary["failed"]), (1, 1))
        made = next(line for line in lines if "error" not in line)
        self.assertEqual(made["name"], 'Ada "Iron" Voss')
        self.assertEqual(made["personalityTraits"]["mainTrait"], "brave")

    def test_a_resumed_batch_makes_only_what_is_missing(self):
        _, first = self.summary("--count", 3, "--width", 64, "--height", 64)
        before = [record["id"] for record in self.whole()]
        _, again = self.summary("--count", 4, "--width", 64, "--height", 64,
                                "--resume", first["batchId"])
        self.assertEqual(again["successful"], 4)
        after = [record["id"] for record in self.whole()]
        self.assertEqual(after[1:], before)
        self.assertEqual((self.home / ".last_image_number").read_text().strip(), "4")

    def test_ctrl_c_ends_cleanly_and_says_how_to_go_on(self):
        running = self.start_medusa("batch", "--count", 200, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE)
        while not self.ok_json("list"):
            time.sleep(0.05)
            self.assertIsNone(running.poll())
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=30)
        self.assertEqual(running.returncode, 130, told)
        self.assertIn("--resume", told)
        self.assertGreater(len(self.whole()), 0)
        self.assertEqual(self.parts_left_behind(), [])

    def test_two_processes_on_one_folder(self):
        running = [self.start_medusa("batch", "--count", EACH, "--width", 64, "--height", 64,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                   for _ in range(2)]
        for process in running:
            _, told = process.communicate(timeout=300)
            self.assertEqual(process.returncode, 0, told)
        ids = sorted(record["id"] for record in self.whole())
        self.assertEqual(ids, list(range(123456, 123456 + 2 * EACH)))
        self.assertEqual((self.home / ".last_image_number").read_text().strip(), str(2 * EACH))

    def test_two_processes_with_one_batch_end_with_one_of_each(self):
        batch = "6f6b3f3e-5d0a-4b8e-9a55-0c2f3f1d7a10"
        running = [self.start_medusa("batch", "--count", EACH, "--resume", batch, "--width", 64,
                                     "--height", 64, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)
                   for _ in range(2)]
        for process in running:
            _, told = process.communicate(timeout=300)
            self.assertEqual(process.returncode, 0, told)
        records = self.whole()
        self.assertEqual(len(records), EACH)
        pictures = sorted(self.data.rglob("*.png"))
        self.assertEqual(pictures, sorted(self.asset(record["avatar"]) for record in records))
        for picture in pictures:
            self.assertIn(hashlib.sha256(picture.read_bytes()).hexdigest()[:8], picture.name)
        self.assertEqual((self.home / ".last_image_number").read_text().strip(), str(EACH))

    def test_death_in_the_middle_leaves_nothing_half_made(self):
        seed = random.randrange(1 << 30)
        moments = random.Random(seed)
        print(f"seed {seed}")
        for _ in range(KILLS):
            running = self.start_medusa("batch", "--count", 50, "--width", 256, "--height", 256,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(moments.uniform(0.3, 2.0))
            running.kill()
            running.wait()
        records = self.whole()
        self.ok("generate", "--name", "After", "--description", "a calm knight")
        self.assertEqual(len(self.whole()), len(records) + 1)


if __name__ == "__main__":
    unittest.main()
