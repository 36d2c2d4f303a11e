"""What the command line promises beyond one command: that nothing is lost unsaid, and that what it
advises works as printed."""

import json
import os
import shlex
import signal
import subprocess
import time
import unittest

from house import BINARY, House

SMALL = ["--width", 64, "--height", 64]


class CommandLine(House):
    def shell(self, line):
        return subprocess.run(["bash", "-c", line], env=self.environment | {"medusa": BINARY},
                              cwd=self.home, capture_output=True, text=True, check=False,
                              timeout=60)

    def test_results_that_cannot_be_written_are_a_failure(self):
        self.ok("generate", *SMALL)
        done = self.shell('"$medusa" list > /dev/full')
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write to standard output: No space left", done.stderr)
        done = self.shell('set -o pipefail; "$medusa" list --limit 9 --json | true')
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_with_a_closed_output_nothing_is_made(self):
        done = self.shell('"$medusa" generate >&-')
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write to standard output", done.stderr)
        self.assertFalse(self.data.exists())
        done = self.shell(f'"$medusa" generate {shlex.join(map(str, SMALL))} 2>&- <&-')
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(self.ok_json("list")), 1)

    def test_what_is_advised_repeats_every_option(self):
        folder = self.home / "it's here"
        folder.mkdir()
        people = folder / "people.csv"
        people.write_text("name,description,steps\nAda,a knight,5\nBo,a witch,none\n")
        done = self.run_medusa("batch", "--file", people, *SMALL, "--style", "comic", "--userId",
                               "bob", "--json", "--concurrency", 3)
        self.assertEqual(done.returncode, 5)
        advice, = [line for line in done.stderr.splitlines() if "--resume" in line]
        self.assertIn("mended", advice)
        people.write_text("name,description,steps\nAda,a knight,5\nBo,a witch,7\n")
        words = shlex.split(advice.split(": medusa ", 1)[1])
        for pair in (("--style", "comic"), ("--userId", "bob"), ("--concurrency", "3")):
            self.assertEqual(words[words.index(pair[0]) + 1], pair[1])
        done = self.shell(advice.split(": ", 1)[1].replace("medusa ", '"$medusa" ', 1))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout.splitlines()[-1])["summary"]["successful"], 2)
        records = self.ok_json("list", "--userId", "bob")
        self.assertEqual([(one["name"], one["style"]) for one in records],
                         [("Bo", "comic"), ("Ada", "comic")])

    def test_nothing_is_advised_where_nothing_is_gained(self):
        people = self.home / "people.jsonl"
        people.write_text('{"name":"Ada","description":"a nude portrait"}\n')
        self.assertNotIn("--resume", self.refused(1, "batch", "--file", people))
        self.assertNotIn("--resume", self.refused(2, "batch", "--style", "none"))

    def test_the_next_step_is_for_the_owner_that_was_given(self):
        told = self.ok("generate", *SMALL, "--userId", "bob's", "--username", "bob")
        step = told.split("next", 1)[1].strip()
        self.assertEqual(self.shell(step.replace("medusa", '"$medusa"', 1)).returncode, 0)
        self.assertEqual(len(self.ok_json("show", 123456, "--userId", "bob's")["images"]), 2)
        self.refused(3, "show", 123456)
        self.assertEqual(self.ok_json("list"), [])
        self.assertEqual(len(self.ok_json("list", "--userId", "bob's")), 1)

    def interrupted_after(self, pictures, *arguments):
        """What a run says that is stopped once so many pictures lie there."""
        # Not those of the spool: with the next one here, the one before is recorded.
        stored = self.data / "assets"
        before = len(list(stored.rglob("*.png")))
        running = self.start_medusa(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while len(list(stored.rglob("*.png"))) < before + pictures:
            time.sleep(0.02)
            self.assertIsNone(running.poll())
        running.send_signal(signal.SIGINT)
        told, said = running.communicate(timeout=30)
        self.assertEqual(running.returncode, 130, said)
        return told, said

    def test_pictures_made_before_ctrl_c_are_told(self):
        self.ok("generate", *SMALL)
        command = ["image", "123456", "--count", "100"]
        told, said = self.interrupted_after(2, *command)
        self.assertIn("of 100 pictures made, then: the job was cancelled", said)
        document = json.loads(self.interrupted_after(2, *command, "--json")[0])
        self.assertEqual(document["error"]["code"], "cancelled")
        listed = [line.split("picture", 1)[1].strip() for line in told.splitlines()
                  if line.startswith("   picture")] + [one["path"] for one in document["images"]]
        avatar = self.ok_json("list")[0]["avatarPath"]
        self.assertEqual(sorted([*listed, avatar]), sorted(map(str, self.data.rglob("*.png"))))

    def test_a_character_that_ctrl_c_stopped_is_not_started_rather_than_failed(self):
        told, said = self.interrupted_after(1, "batch", "--count", "200", "--json",
                                           "--concurrency", "16")
        self.assertIn("go on with the rest", said)
        lines = [json.loads(line) for line in told.splitlines()]
        summary = lines[-1]["summary"]
        self.assertEqual(summary["failed"], 0)
        self.assertEqual(summary["successful"] + summary["notStarted"], 200)
        self.assertFalse([line for line in lines if "error" in line])

    def test_the_success_rate_is_a_plain_number(self):
        people = self.home / "people.jsonl"
        line = '{"name":"Ada","description":"a knight"}\n'
        people.write_text(line * 2 + "{}\n")
        done = self.run_medusa("batch", "--file", people, *SMALL, "--json")
        self.assertIn('"successRate":66.7', done.stdout)
        people.write_text(line)
        self.assertIn('"successRate":100}', self.ok("batch", "--file", people, *SMALL, "--json"))

    def test_a_file_with_far_too_many_lines_is_refused_in_little_memory(self):
        people = self.home / "people.csv"
        with people.open("w") as file:
            file.write("name,description\n")
            for _ in range(40):
                file.write("x,y\n" * 100_000)
        running = self.start_medusa("batch", "--file", people, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE)
        said = running.stderr.read()
        _, status, usage = os.wait4(running.pid, 0)
        running.stdout.close()
        running.stderr.close()
        running.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(running.returncode, 2)
        self.assertIn("more than 10,000 characters", said)
        # Reading the whole file first took over 1 GB; the sanitizers' own share is in this bound.
        self.assertLess(usage.ru_maxrss, 500 * 1024)


if __name__ == "__main__":
    unittest.main()
