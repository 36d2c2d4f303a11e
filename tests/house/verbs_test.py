#!/usr/bin/env python3
"""The npm verbs of server/, with a stand-in for ../medusa that prints where it runs, and with
what."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NODE = ROOT / ".deps/python/bin"
MEDUSA = """#!/bin/bash
printf '%s\\0' "$PWD" "$@"
exit "${STATUS:-0}"
"""


class VerbsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        shutil.copytree(ROOT / "server", self.root / "server")
        (self.root / "medusa").write_text(MEDUSA)
        (self.root / "medusa").chmod(0o755)

    def npm(self, *words, cwd="server", status=0):
        env = {**os.environ, "PATH": f"{NODE}:{os.environ['PATH']}", "STATUS": str(status)}
        env.pop("INIT_CWD", None)
        done = subprocess.run(["npm", *words], cwd=self.root / cwd, env=env, text=True,
                              capture_output=True)
        return done.returncode, done.stdout.split("\0")[:-1]

    def arguments(self, *words):
        return self.npm("run", "--silent", *words)[1][1:]

    def test_each_verb_is_a_command(self):
        for verb, words in [("fast-generate", ["generate"]), ("generate-image", ["image"]),
                            ("generate-batch", ["batch"]), ("validate-setup", ["doctor"])]:
            with self.subTest(verb):
                self.assertEqual(self.arguments(verb), words)

    def test_every_verb_is_tested(self):
        scripts = json.loads((ROOT / "server/package.json").read_text())["scripts"]
        self.assertEqual(sorted(scripts), ["fast-generate", "generate-batch", "generate-image",
                                           "validate-setup"])

    def test_arguments_arrive_as_they_were_typed(self):
        typed = ["--name", "Luna \"Star\" O'Weaver", "--description", "costs $5 & `more` \\ *",
                 "--tags", "", "--prompt", "two\nlines", "--style", "fée ✨"]
        self.assertEqual(self.arguments("fast-generate", "--", *typed), ["generate", *typed])

    def test_the_exit_code_is_medusas(self):
        for status in [0, 2, 8]:
            done = self.npm("run", "--silent", "validate-setup", status=status)
            self.assertEqual(done[0], status)

    def test_relative_paths_mean_what_they_meant_when_typed(self):
        _, words = self.npm("run", "--silent", "--prefix", "server", "validate-setup", cwd=".")
        self.assertEqual(words[0], str(self.root))
        _, words = self.npm("run", "--silent", "validate-setup")
        self.assertEqual(words[0], str(self.root / "server"))


if __name__ == "__main__":
    unittest.main()
