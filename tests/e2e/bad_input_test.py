"""Bad input gets a clear error with the exit code of the interface, and leaves nothing behind."""

import fcntl
import json
import os
import pathlib
import sqlite3
import subprocess
import unittest

from house import House, LUNA


class BadInput(House):
    def nothing_made(self):
        self.assertEqual(self.ok_json("list"), [])
        self.assertEqual(list(self.data.rglob("*.png")), [])
        self.assertEqual(self.parts_left_behind(), [])

    def test_wrong_usage_is_exit_code_2_with_advice(self):
        named = ["generate", "--name", "Luna"]
        whole = ["generate", *LUNA]
        cases = [
            (["generat"], "Did you mean generate?"),
            ([*whole, "--stlye", "anime"], "Did you mean --style?"),
            ([*whole[:-1], "fantsy"], "fantasy"),
            ([*named], "description"),
            ([*named, "--description", ""], "1 to 4,000 characters"),
            ([*named, "--description", "x" * 5000], "5,000 characters. At most 4,000"),
            (["generate", "--name", "n" * 81, "--description", "x"], "80"),
            ([*whole, "--steps", "0"], "150"),
            ([*whole, "--steps", "many"], "steps"),
            ([*whole, "--cfg", "nan"], "30"),
            ([*whole, "--cfg", "0.5"], "30"),
            ([*whole, "--width", "1000"], None),
            ([*whole, "--width", "1001"], "8"),
            ([*whole, "--height", "4096"], "2,048"),
            ([*whole, "--seed", "9007199254740992"], "0 to 9,007,199,254,740,991"),
            ([*whole, "--seed", "-18446744073709551615"], "a whole number from 0 to"),
            (["show", "0x1E240"], "the id must be a whole number"),
            (["list", "--limit", "99999999999999999999"], "from 1 to 100,000"),
            (["image", "123456", "--count", "-1"], "from 1 to 100"),
            (["generate", "--name", "", "--description", "a knight"], "the name is empty"),
            (["generate", "--name", ""], "the name is empty"),
            (["generate", "--description", ""], "the description is empty"),
            (["batch", "--count", "3", "--steps", "0"], "from 1 to 150"),
            (["batch", "--count", "3", "--style", "fantsy"], "fantasy"),
            (["batch", "--count", "3", "--cfg", "nan"], "from 1 to 30"),
            (["list", "show"], "unexpected word show"),
            (["generate", "--name", "Luna", "Starweaver"], "unexpected word Starweaver"),
            (["help", "imag"], "Did you mean image?"),
            ([*whole, "--tags", ",".join(f"t{i}" for i in range(33))], "32"),
            ([*whole, "--positive-prompt", "/none/positive.txt"], "/none/positive.txt"),
            ([*whole, "--positive-prompt", "."], "not a plain file"),
            ([*whole, "--negative-prompt", "pipe"], "not a plain file"),
            ([*whole, "--userId", "a\nb"], "userId"),
            ([*whole, "--username", "x" * 81], "username"),
            ([*whole, "--sampler", "x" * 201], "sampler"),
            (["generate", "--name", "\u200b", "--description", "x"], "visible"),
            (["batch", "--file", "pipe.jsonl"], "not a plain file"),
            ([*whole, "--engine", "sketsh"], "Did you mean sketch?"),
            ([*whole, "--workflow", "w.json"], "ComfyUI"),
            (["batch", "--count", "0"], "--count must be a whole number from 1 to 10,000"),
            (["batch", "--file", "none.jsonl"], "none.jsonl"),
            (["batch", "--file", "none.txt"], ".jsonl"),
            (["image", "abc"], "id"),
            (["completion", "tcsh"], "bash, zsh and fish"),
        ]
        os.mkfifo(self.home / "pipe")
        os.mkfifo(self.home / "pipe.jsonl")
        for arguments, expected in cases:
            if expected is None:
                continue
            with self.subTest(arguments=arguments):
                self.assertIn(expected, self.refused(2, *arguments))
        self.nothing_made()

    def test_policy_refuses_with_exit_code_8_and_does_not_repeat_the_text(self):
        message = self.refused(8, "generate", "--name", "Mara", "--description",
                               "a dancer, nude portrait", "--style", "anime")
        self.assertIn("description", message)
        self.assertNotIn("dancer", message)
        self.nothing_made()

    def test_strange_names_stay_inside_the_folder(self):
        for name, slug in (("../../etc", "etc"), ("ليلى", None), ("🌙🌙", None), ("v12", None)):
            record = self.ok_json("generate", "--name", name, "--description", "a knight",
                                  "--username", "../../root")
            folder = pathlib.Path(record["avatarPath"]).parents[2]
            self.assertEqual(folder, self.data / "assets/root/characters")
            self.assertEqual(record["name"], name)
            if slug:
                self.assertEqual(record["slug"], slug)
        outside = [path for path in self.home.iterdir()]
        self.assertEqual(sorted(path.name for path in outside),
                         [".last_image_number", ".last_image_number.lock", "data"])

    def test_control_characters_never_reach_the_terminal(self):
        done = self.run_medusa("generate", "--name", "a\x1b[31mb", "--description", "a\x07knight")
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertNotIn("\x07", done.stdout + done.stderr)

    def test_a_generate_that_fails_gives_up_its_name(self):
        in_the_way = self.data / "assets/anna/characters/luna-starweaver"
        in_the_way.parent.mkdir(parents=True)
        in_the_way.write_text("in the way")
        self.refused(1, "generate", *LUNA)
        in_the_way.unlink()
        self.assertEqual(self.ok_json("generate", *LUNA)["slug"], "luna-starweaver")

    def test_a_locked_number_file_costs_only_a_note(self):
        with open(self.home / ".last_image_number.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = self.run_medusa("generate", *LUNA)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("stored but not counted", done.stderr)

    def test_a_missing_file_of_a_variable_is_said_to_be_missing(self):
        message = self.refused(2, "list", environment={"MEDUSA_POSITIVE_PROMPT": "nix.txt"})
        self.assertIn("nix.txt: it is missing", message)

    def test_control_characters_of_paths_and_variables_do_neither(self):
        odd = {"MEDUSA_DATA": str(self.home / "da\x1b[31mta")}
        told = self.ok("generate", *LUNA, environment=odd)
        for arguments in (["image", "123456"], ["show", "123456"], ["doctor"]):
            told += self.ok(*arguments, environment=odd)
        self.assertGreaterEqual(told.count("da\ufffd[31mta"), 5)
        self.assertNotIn("\x1b", told)
        people = self.home / "a\x1b[31m.jsonl"
        people.write_text("no character\n")
        self.assertIn("$'" + str(self.home) + "/a\\x1b[31m.jsonl'",
                      self.refused(1, "batch", "--file", people))

    def test_unusable_places_are_said(self):
        blocked = self.home / "file"
        blocked.write_text("in the way")
        message = self.refused(1, "generate", *LUNA, environment={"MEDUSA_DATA": str(blocked)})
        self.assertIn(str(blocked), message)
        self.data.mkdir()
        (self.data / "medusa.db").write_bytes(b"this is no database" * 1000)
        message = self.refused(1, "generate", *LUNA)
        self.assertIn("Database connection failed", message)

    def test_a_damaged_record_is_named_and_the_others_are_shown(self):
        for name in ("Ada", "Bo"):
            self.ok("generate", "--name", name, "--description", "a knight")
        with sqlite3.connect(self.data / "medusa.db") as base:
            base.execute("UPDATE characters SET record = '{' WHERE name = 'Ada'")
        base.close()
        listed = self.run_medusa("list", "--json")
        self.assertEqual(listed.returncode, 1)
        self.assertEqual([record["name"] for record in json.loads(listed.stdout)], ["Bo"])
        self.assertIn("character 123456 is damaged", listed.stderr)
        self.assertIn("123456", self.refused(1, "show", 123456))
        self.ok("show", 123457)

    def test_an_operator_adds_to_what_is_refused(self):
        lists = self.data / "policy"
        lists.mkdir(parents=True)
        (lists / "sexual.txt").write_text("flumdiddle\n")
        self.assertIn("description", self.refused(8, "generate", "--name", "Ada",
                                                  "--description", "a flumdiddle knight"))
        (lists / "sexaul.txt").write_text("x\n")
        self.assertIn("sexaul", self.refused(2, "generate", *LUNA))
        self.assertIn("sexaul", self.run_medusa("doctor").stdout)

    def test_a_damaged_number_file_is_kept_aside(self):
        number = self.home / ".last_image_number"
        number.write_text("twelve\n")
        done = self.run_medusa("generate", *LUNA)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("damaged", done.stderr)
        self.assertEqual(number.read_text().strip(), "1")
        self.assertEqual((self.home / ".last_image_number.damaged-1").read_text(), "twelve\n")

    def test_an_unknown_variable_is_refused_by_name(self):
        message = self.refused(2, "list", environment={"MEDUSA_USERNAM": "x"})
        self.assertIn("MEDUSA_USERNAME", message)

    def test_parts_that_are_not_there_yet_are_said_in_the_guides_words(self):
        message = self.refused(7, "generate", *LUNA,
                               environment={"RUNPOD_WEBUI_URL": "http://127.0.0.1:9"})
        self.assertIn("RunPod connection failed", message)
        self.ok("generate", *LUNA, "--engine", "sketch",
                environment={"RUNPOD_WEBUI_URL": "http://127.0.0.1:9"})

    def test_a_full_disk_leaves_nothing_half_written(self):
        self.data.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", self.data],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("only root may mount a small disk: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", self.data], check=True)
        failed = 0
        for _ in range(4):
            done = self.run_medusa("generate", *LUNA)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            failed += done.returncode
        self.assertGreater(failed, 0)
        self.assertEqual(self.parts_left_behind(), [])
        for record in self.ok_json("list"):
            self.assertTrue(self.asset(record["avatar"]).exists())


if __name__ == "__main__":
    unittest.main()
