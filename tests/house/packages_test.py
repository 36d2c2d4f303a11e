#!/usr/bin/env python3
"""scripts/packages on machines that it could meet, made of stand-ins for Debian's commands."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
USUAL = ["bash", "cat", "dirname", "env", "grep", "mkdir", "readlink", "true"]
APT = """#!/bin/bash
echo "$*" >>"$TOP/apt-calls"
[ ! -e "$TOP/apt-fails" ] || { echo "E: Unable to locate package libfmt-dev" && exit 100; }
echo "0 upgraded, 2 newly installed, 0 to remove"
echo "Setting up cmake"
"""


class PackagesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        (self.top / "scripts").mkdir()
        (self.top / "bin").mkdir()
        shutil.copy2(ROOT / "scripts/packages", self.top / "scripts/packages")
        (self.top / "list.txt").write_text("# a comment\ncmake\nlibfmt-dev\nzlib1g-dev\n")
        for name in USUAL:
            (self.top / "bin" / name).symlink_to(shutil.which(name))
        self.command("dpkg-query", "#!/bin/bash\necho installed zlib1g-dev\n"
                     "echo not-installed cmake\n")
        self.command("apt-get", APT)
        self.command("id", "#!/bin/bash\necho 0\n")
        self.command("dpkg", "#!/bin/bash\n")

    def command(self, name, text):
        (self.top / "bin" / name).write_text(text)
        (self.top / "bin" / name).chmod(0o755)

    def install(self):
        return subprocess.run([self.top / "scripts/packages", "list.txt"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL,
                              env={"PATH": str(self.top / "bin"), "TOP": str(self.top)})

    def apt_calls(self):
        calls = self.top / "apt-calls"
        return calls.read_text().splitlines() if calls.exists() else []

    def assert_refused(self, done, words):
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(words, done.stdout)
        self.assertIn("apt-get install --no-install-recommends cmake libfmt-dev\n", done.stdout)

    def test_root_installs_what_is_missing_in_one_call(self):
        done = self.install()
        self.assertEqual(done.returncode, 0, done.stdout)
        update, install = self.apt_calls()
        self.assertTrue(update.endswith(" update"))
        self.assertTrue(install.endswith(" install cmake libfmt-dev"), install)
        self.assertIn("DPkg::Lock::Timeout=600", install)

    def test_nothing_is_called_when_all_is_there(self):
        self.command("dpkg-query", "#!/bin/bash\n"
                     "printf 'installed %s\\n' cmake libfmt-dev zlib1g-dev\n")
        self.assertEqual((self.install().returncode, self.apt_calls()), (0, []))

    def test_a_user_without_sudo_gets_the_exact_list(self):
        self.command("id", "#!/bin/bash\necho 1000\n")
        self.assert_refused(self.install(), "needs root or sudo")
        self.assertEqual(self.apt_calls(), [])

    def test_a_user_whom_sudo_refuses_gets_the_exact_list(self):
        self.command("id", "#!/bin/bash\necho 1000\n")
        self.command("sudo", "#!/bin/bash\nexit 1\n")
        self.assert_refused(self.install(), "sudo said no")

    def test_a_user_with_sudo_installs(self):
        self.command("id", "#!/bin/bash\necho 1000\n")
        self.command("sudo", "#!/bin/bash\n[ $1 != --non-interactive ] || shift\nexec \"$@\"\n")
        self.assertEqual(self.install().returncode, 0)
        self.assertEqual(len(self.apt_calls()), 2)

    def test_another_system_gets_the_exact_list(self):
        for name in ["apt-get", "dpkg-query"]:
            (self.top / "bin" / name).unlink()
        done = self.install()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("has no apt-get", done.stdout)
        self.assertIn("cmake libfmt-dev zlib1g-dev", done.stdout)

    def test_what_apt_objects_to_is_shown(self):
        (self.top / "apt-fails").touch()
        done = self.install()
        self.assert_refused(done, "could not install")
        self.assertIn("E: Unable to locate package libfmt-dev", done.stdout)


if __name__ == "__main__":
    unittest.main()
