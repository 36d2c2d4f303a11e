#!/usr/bin/env python3
"""Types every command of README.md, in its order, on a fresh machine's behalf: an empty home, an
empty data folder, and the program that was built ($MEDUSA_BINARY) behind ./medusa."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NODE = ROOT / ".deps/python/bin"
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)


class ReadmeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="medusa-readme-")
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name).resolve()
        shutil.copytree(ROOT / "server", self.home / "server")
        program = shlex.quote(os.environ["MEDUSA_BINARY"])
        (self.home / "medusa").write_text(f'#!/bin/bash\nexec {program} "$@"\n')
        (self.home / "medusa").chmod(0o755)

    def type(self, commands, cwd):
        script = "set -eo pipefail\n" + commands
        env = {"HOME": str(self.home), "PATH": f"{NODE}:{os.environ['PATH']}",
               "LANG": "C.UTF-8"}
        done = subprocess.run(["bash", "-c", script], cwd=cwd, env=env, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_every_command_of_the_readme_works(self):
        commands = "\n".join(BLOCK.findall((ROOT / "README.md").read_text()))
        commands = re.sub(r"^\./scripts/test.*$", "", commands, flags=re.MULTILINE)
        self.assertGreater(commands.count("./medusa"), 5)
        stdout = self.type(commands, self.home)
        self.assertIn("Luna Starweaver", stdout)
        pictures = list(self.home.glob(".local/share/medusa/assets/*/characters/*/*/*.png"))
        self.assertGreaterEqual(len(pictures), 10)

    def test_every_command_of_the_original_guide_works(self):
        for name in ["custom_positive.txt", "custom_negative.txt"]:
            (self.home / name).write_text("soft light\n")
        guide = (ROOT / "tests/data/guide-commands.txt").read_text()
        stdout = self.type(guide, self.home / "server")
        self.assertIn("✅ Successful: 5", stdout)
        self.assertIn("Captain Aria Blackwater", stdout)


if __name__ == "__main__":
    unittest.main()
