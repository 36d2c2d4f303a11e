#!/usr/bin/env python3
"""The launcher ./medusa in a small checkout of its own, with a stand-in for scripts/setup that
writes down that it was called and "builds" a program which prints its arguments."""

import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOCKS = ["deps/apt.txt", "deps/python/requirements.txt", "deps/npm/package-lock.json",
         "tools/make_models.py"]
SETUP = """#!/bin/bash
set -e
cd "$(dirname "$0")/.."
echo "setup speaks"
echo call >>calls
[ ! -e broken ] || exit 1
. scripts/checkout
rm -rf build/release/built
mkdir -p build/release/built
cp -p "${lock_files[@]}" build/release/built/
echo "$commit" >build/release/built/commit
printf '#!/bin/bash\\nprintf "<%%s>" "$@"\\nexit 3\\n' >build/release/medusa
chmod +x build/release/medusa
"""


class LauncherTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        self.root = self.top / "a checkout"
        for path in ["medusa", "scripts/checkout", *LOCKS]:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            if path in LOCKS:
                (self.root / path).write_text(path + "\n")
            else:
                shutil.copy2(ROOT / path, self.root / path)
        setup = self.root / "scripts/setup"
        setup.write_text(SETUP)
        setup.chmod(0o755)
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit("one")

    def git(self, *words, cwd=None):
        identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
        return subprocess.run(["git", *identity, *words], cwd=cwd or self.root, check=True,
                              capture_output=True, text=True).stdout.strip()

    def commit(self, message):
        self.git("add", "medusa", "scripts", "deps", "tools")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def run_medusa(self, *words, program=None, cwd=None):
        return subprocess.run([program or self.root / "medusa", *words], cwd=cwd or self.top,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def builds(self, root=None):
        calls = (root or self.root) / "calls"
        return len(calls.read_text().split()) if calls.exists() else 0

    def test_first_use_sets_up_and_keeps_stdout_clean(self):
        done = self.run_medusa("a b", "$c", "d'e")
        self.assertEqual(done.stdout, "<a b><$c><d'e>")
        self.assertEqual(done.returncode, 3)
        self.assertIn("first use", done.stderr)
        self.assertIn("setup speaks", done.stderr)

    def test_later_it_goes_straight_to_the_program(self):
        self.run_medusa()
        done = self.run_medusa()
        self.assertEqual((done.stderr, self.builds()), ("", 1))

    def test_another_commit_is_built_first_and_it_says_so(self):
        self.run_medusa()
        self.commit("two")
        self.assertIn("the checkout is at", self.run_medusa().stderr)
        self.assertEqual((self.run_medusa().stderr, self.builds()), ("", 2))

    def test_commits_are_found_in_every_place_where_git_keeps_them(self):
        self.run_medusa()
        self.git("pack-refs", "--all")
        self.assertEqual(self.run_medusa().stderr, "")
        self.git("checkout", "--quiet", "--detach")
        self.assertEqual(self.run_medusa().stderr, "")
        self.commit("three")
        self.assertIn("the checkout is at", self.run_medusa().stderr)

    def test_a_worktree_has_a_commit_and_a_build_of_its_own(self):
        tree = self.top / "tree"
        self.git("worktree", "add", "--quiet", "-b", "side", str(tree))
        self.run_medusa(program=tree / "medusa")
        self.commit("main moves on")
        self.assertEqual(self.run_medusa(program=tree / "medusa").stderr, "")
        self.git("commit", "--quiet", "--allow-empty", "--message", "side moves", cwd=tree)
        self.git("pack-refs", "--all")
        self.assertIn("the checkout is at", self.run_medusa(program=tree / "medusa").stderr)
        self.assertEqual(self.builds(tree), 2)

    def test_changed_lock_files_count_and_touched_ones_do_not(self):
        self.run_medusa()
        for lock in LOCKS:
            with self.subTest(lock):
                before = self.builds()
                (self.root / lock).touch()
                self.assertEqual((self.run_medusa().stderr, self.builds()), ("", before))
                (self.root / lock).write_text("other\n")
                os.utime(self.root / lock, (1, 1))
                self.assertIn("has changed", self.run_medusa().stderr)
                self.assertEqual(self.builds(), before + 1)

    def test_local_edits_are_built_only_when_asked(self):
        self.run_medusa()
        (self.root / "scripts/edit.cpp").write_text("int edit;\n")
        self.assertEqual(self.run_medusa().stderr, "")
        done = self.run_medusa("--build", "x")
        self.assertEqual((done.stdout, self.builds()), ("<x>", 2))

    def test_an_interrupted_set_up_is_picked_up(self):
        (self.root / "broken").touch()
        self.assertEqual(self.run_medusa().returncode, 1)
        (self.root / "broken").unlink()
        self.assertEqual(self.run_medusa().returncode, 3)

    def test_it_can_be_called_from_anywhere_and_through_links(self):
        self.run_medusa()
        (self.top / "bin").mkdir()
        (self.top / "bin/first").symlink_to("../a checkout/medusa")
        (self.top / "bin/second").symlink_to(self.top / "bin/first")
        for program, cwd in [("./medusa", self.root), ("../medusa", self.root / "deps"),
                             (self.top / "bin/second", "/")]:
            with self.subTest(str(program)):
                done = self.run_medusa("x", program=program, cwd=cwd)
                self.assertEqual((done.stdout, done.stderr), ("<x>", ""))

    def test_it_adds_less_than_20_ms(self):
        self.run_medusa()

        def median_ms(program):
            times = []
            for _ in range(20):
                start = time.perf_counter()
                self.run_medusa(program=program)
                times.append((time.perf_counter() - start) * 1e3)
            return statistics.median(times)

        direct = median_ms(self.root / "build/release/medusa")
        self.assertLess(median_ms(self.root / "medusa") - direct, 20)


if __name__ == "__main__":
    unittest.main()
