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

from watch import Watch, planted

BINARY = os.environ["MEDUSA_BINARY"]
WATCHED = os.environ.get("MEDUSA_TEST_CANARY") == "1"
ROOT = pathlib.Path(__file__).resolve().parents[2]
LUNA = ["--name", "Luna Starweaver", "--description",
        "A mystical elven sorceress with silver hair", "--style", "fantasy"]


class Program(subprocess.Popen):
    """A running medusa; what communicate() brings is kept in `told` and heard by the watch."""

    def __init__(self, command, watch, **options):
        super().__init__(command, **options)
        self.watch, self.told = watch, (None, None)

    def communicate(self, *arguments, **options):
        self.told = super().communicate(*arguments, **options)
        self.watch.hear(" ".join(self.args[1:]), *self.told)
        return self.told


class House(unittest.TestCase):
    """A test whose program sees a fresh machine. A watched one fails when a secret of its
    environment turns up in what the program said, wrote or called."""

    watched = WATCHED

    def setUp(self):
        self.home = self.folder("medusa-e2e-")
        self.data = self.home / "data"
        kept = ("PATH", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ}
        self.environment.update(HOME=str(self.home), MEDUSA_DATA=str(self.data),
                                MEDUSA_USERNAME="anna", MONGOC_DISABLE_SHM="1",
                                MEDUSA_LOG_FORMAT="text")
        self.watch = Watch(self.home)
        if self.watched:
            self.secrets = self.folder("medusa-secrets-")
            self.addCleanup(lambda: self.assertEqual(self.watch.leaks(), []))

    def folder(self, prefix):
        made = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
        self.addCleanup(shutil.rmtree, made, ignore_errors=True)
        return made

    def run_medusa(self, *arguments, **options):
        """Runs one command to its end; `environment` adds variables."""
        given, timeout = options.pop("input", None), options.pop("timeout", 120)
        if given is not None:
            options["stdin"] = subprocess.PIPE
        running = self.start_medusa(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    **options)
        with running:
            try:
                running.communicate(given, timeout)
            except subprocess.TimeoutExpired:
                running.kill()
                raise
        return subprocess.CompletedProcess(running.args, running.returncode, *running.told)

    def start_medusa(self, *arguments, **options):
        environment = self.environment | options.pop("environment", {})
        if self.watched:
            environment = planted(environment, self.secrets)
            self.watch.learn(environment)
        options.setdefault("cwd", self.home)
        running = Program([BINARY, *map(str, arguments)], self.watch, env=environment, text=True,
                          **options)
        if self.watched:
            self.watch.follow(running)
        return running

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
