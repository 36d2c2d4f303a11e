"""Runs the real program in a folder of its own: a home, a data folder, nothing of the user's."""

import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib

BINARY = os.environ["MEDUSA_BINARY"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
LUNA = ["--name", "Luna Starweaver", "--description",
        "A mystical elven sorceress with silver hair", "--style", "fantasy"]


class House(unittest.TestCase):
    """A test whose program sees a fresh machine."""

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="medusa-e2e-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.data = self.home / "data"
        kept = ("PATH", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ}
        self.environment.update(HOME=str(self.home), MEDUSA_DATA=str(self.data),
                                MEDUSA_USERNAME="anna")

    def run_medusa(self, *arguments, **options):
        """Runs one command to its end; `environment` adds variables."""
        environment = self.environment | options.pop("environment", {})
        return subprocess.run([BINARY, *map(str, arguments)], env=environment, text=True,
                              capture_output=True, timeout=options.pop("timeout", 120),
                              cwd=options.pop("cwd", self.home), check=False, **options)

    def start_medusa(self, *arguments, **options):
        return subprocess.Popen([BINARY, *map(str, arguments)], env=self.environment, text=True,
                                cwd=self.home, **options)

    def ok(self, *arguments, **options):
        """The program's standard output; fails the test unless it exits with 0."""
        done = self.run_medusa(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return done.stdout

    def ok_json(self, *arguments, **options):
        return json.loads(self.ok(*arguments, "--json", **options))

    def refused(self, code, *arguments, **options):
        """The message on standard error; fails the test unless it exits with `code`."""
        done = self.run_medusa(*arguments, **options)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stderr}{done.stdout}")
        self.assertTrue(done.stderr.strip(), f"{arguments}: no message")
        return done.stderr

    def asset(self, url):
        """The file behind a local URL."""
        return self.data / "assets" / url.removeprefix("/assets/")

    def parts_left_behind(self):
        return [path for path in self.data.rglob("*.part")]


def png_chunks(data):
    """Type and bytes of each chunk; raises on a damaged file."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG signature")
    at, chunks = 8, []
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        crc, = struct.unpack(">I", data[at + 8 + length:at + 12 + length])
        if zlib.crc32(kind + body) != crc:
            raise ValueError(f"damaged chunk {kind}")
        chunks.append((kind.decode(), body))
        at += 12 + length
    if chunks[-1][0] != "IEND":
        raise ValueError("the file ends early")
    return chunks


def png_texts(data):
    """Keyword to text of all tEXt and uncompressed iTXt chunks."""
    texts = {}
    for kind, body in png_chunks(data):
        if kind == "tEXt":
            keyword, text = body.split(b"\0", 1)
            texts[keyword.decode("latin-1")] = text.decode("latin-1")
        elif kind == "iTXt":
            keyword, rest = body.split(b"\0", 1)
            _language, _translated, text = rest[2:].split(b"\0", 2)
            texts[keyword.decode("latin-1")] = text.decode()
    return texts
