"""What a person sees: help, progress on a terminal and nowhere else, colours, completion."""

import os
import pty
import re
import shutil
import signal
import subprocess
import unittest

from house import BINARY, House, LUNA

COMMANDS = ("generate", "batch", "image", "list", "show", "doctor", "completion", "help", "delete",
            "sketch")


class Terminal(House):
    def on_terminal(self, *arguments, environment=None, answer=None):
        """Exit code and everything that was shown, with all streams on one terminal. When asked,
        `answer` is typed, or sent where it is a signal."""
        own, other = pty.openpty()
        process = subprocess.Popen([BINARY, *arguments], stdin=other, stdout=other, stderr=other,
                                   env=self.environment | {"TERM": "xterm"} | (environment or {}),
                                   cwd=self.home)
        os.close(other)
        shown = b""
        while True:
            try:
                piece = os.read(own, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
            if answer and b"[y/N]" in shown:
                if isinstance(answer, signal.Signals):
                    process.send_signal(answer)
                else:
                    os.write(own, answer)
                answer = None
        os.close(own)
        return process.wait(), shown.decode(errors="replace")

    def test_progress_moves_on_a_terminal_only(self):
        code, shown = self.on_terminal("batch", "--count", "2")
        self.assertEqual(code, 0, shown)
        self.assertIn("█", shown)
        self.assertIn("drawing", shown)
        done = self.run_medusa("batch", "--count", 2)
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertNotIn("░", done.stderr)

    def test_the_bar_counts_the_pictures_of_one_character(self):
        self.ok("generate", *LUNA, "--width", 64, "--height", 64)
        code, shown = self.on_terminal("image", "123456", "--count", "3")
        self.assertEqual(code, 0, shown)
        for done in ("1/3", "2/3", "3/3"):
            self.assertIn(f" {done}", shown)

    def test_delete_asks_first(self):
        self.ok("generate", *LUNA, "--width", 64, "--height", 64)
        code, shown = self.on_terminal("delete", "123456", answer=b"n\n")
        self.assertEqual(code, 130, shown)
        self.assertIn("Delete Luna Starweaver (ID 123456) with 1 picture? [y/N]", shown)
        code, shown = self.on_terminal("delete", "123456", answer=signal.SIGINT)
        self.assertEqual(code, 130, shown)
        self.assertEqual(len(self.ok_json("list")), 1)
        code, shown = self.on_terminal("delete", "123456", answer=b"y\n")
        self.assertEqual(code, 0, shown)
        self.assertEqual(self.ok_json("list"), [])

    def test_colours_follow_no_color(self):
        _, shown = self.on_terminal("show", "1")
        self.assertIn("\x1b[31m", shown)
        _, plain = self.on_terminal("show", "1", environment={"NO_COLOR": "1"})
        self.assertNotIn("\x1b[31m", plain)

    def test_each_command_shows_an_example_that_works(self):
        self.ok("generate", *LUNA)
        for command in COMMANDS:
            text = self.ok(command, "--help")
            self.assertIn(f"Usage: medusa {command} ", text)
            self.assertEqual(self.ok("help", command), text)
            example = text.split("Example:\n", 1)[1].strip().replace("\\\n", " ")
            self.assertTrue(example.startswith("medusa "), example)
            line = re.sub(r"\bmedusa (?=[a-z])", f"'{BINARY}' ", example, count=1)
            done = subprocess.run(["bash", "-c", line], env=self.environment, cwd=self.home,
                                  capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual(done.returncode, 0, f"{line}: {done.stderr}")

    def test_help_names_every_command(self):
        text = self.ok("--help")
        for command in COMMANDS:
            self.assertIn(command, text)
        self.assertEqual(self.ok("help"), text)
        self.assertIn("130  interrupted", self.ok("help", "exit-codes"))
        self.assertRegex(self.ok("--version"), r"^medusa \d+\.\d+\.\d+\n$")

    def test_completion_loads_and_completes(self):
        script = self.ok("completion", "bash")
        cases = [("gen", "generate generate-image"), ("generate --desc", "--description"),
                 ("generate --style an", "anime"), ("image 123456 --type f", "full-body"),
                 ("batch --engine s", "sketch"), ("completion z", "zsh"),
                 ("help exit", "exit-codes"), ("generate --name hom", "home.txt")]
        (self.home / "home.txt").write_text("a file")
        for typed, expected in cases:
            ask = (f"\nCOMP_WORDS=(medusa {typed}); COMP_CWORD={len(typed.split())}; _medusa"
                   "; echo ${COMPREPLY[@]}")
            done = subprocess.run(["bash", "-c", script + ask], capture_output=True, text=True,
                                  check=True, cwd=self.home)
            self.assertEqual(done.stdout.strip(), expected, typed)
        for shell in ("zsh", "fish"):
            script = self.ok("completion", shell)
            self.assertIn("generate", script)
            if shutil.which(shell):
                subprocess.run([shell, "-n"], input=script, text=True, check=True)


if __name__ == "__main__":
    unittest.main()
