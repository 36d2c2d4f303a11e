#!/usr/bin/env python3
"""Moving house with the real program: records to MongoDB and back, pictures to Cloudinary and back,
everything into one file and out of it again; killed in the middle, and gone on with."""

import hashlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import unittest

from house import LUNA, ROOT, House

sys.path.insert(0, str(ROOT / "tests/support/fakes"))
from running import Fake  # noqa: E402

SERVER = os.environ["MEDUSA_MONGO_WIRE"]
SMALL = ["--width", "128", "--height", "128"]


def content(record):
    """What a record says, apart from where its files lie."""
    kept = {name: value for name, value in record.items()
            if name not in ("avatar", "avatarPath", "url", "thumbnail", "images")}
    kept["embeddings"] = {**record.get("embeddings", {}), "url": ""}
    return kept


class Moving(House):
    def setUp(self):
        super().setUp()
        self.ok("generate", *LUNA, *SMALL)
        self.ok("image", 123456, "--type", "portrait", "--mood", "happy")
        self.ok("batch", "--count", "2")
        self.ok("generate", "--name", "Zoë 🌙", "--description", "a dwarf engineer", *SMALL,
                "--userId", "zoe", "--username", "Anna")

    def collection(self):
        """Every record and picture by content, and every URL, of both users."""
        records, urls = {}, []
        for user in ("local", "zoe"):
            for one in self.ok_json("list", "--userId", user):
                shown = self.ok_json("show", one["id"], "--userId", user)
                images = [{**content(image), "path": None} for image in shown["images"]]
                records[one["id"]] = (content(shown), images)
                urls += [shown["avatar"], shown["embeddings"]["url"]]
                urls += [image["url"] for image in shown["images"]]
        return records, urls

    def files(self, data):
        root = data / "assets"
        return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in root.rglob("*") if path.is_file() and path.suffix != ".part"}

    def start_mongo(self):
        folder = self.home / "server"
        folder.mkdir()
        server = subprocess.Popen([SERVER, "-port", "0", folder], text=True,
                                  stdout=subprocess.PIPE)

        def end():
            server.kill()
            server.wait()
            server.stdout.close()
        self.addCleanup(end)
        self.assertTrue(select.select([server.stdout], [], [], 60)[0], "it does not start")
        self.environment["MONGODB_URI"] = json.loads(server.stdout.readline())["uri"] + "/medusa"

    def start_cloudinary(self):
        fake = Fake("fake_cloudinary")
        self.addCleanup(fake.__exit__)
        at = f"http://127.0.0.1:{fake.port}"
        self.environment["CLOUDINARY_URL"] = (
            f"cloudinary://123456789012345:secret@demo?upload_prefix={at}"
            f"&secure_distribution={at}/demo")

    def killed_after(self, seconds, *arguments):
        started = self.start_medusa(*arguments, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        started.send_signal(signal.SIGKILL)
        started.wait()

    def test_records_move_to_mongo_and_back(self):
        before, _ = self.collection()
        uri = None
        self.start_mongo()
        for seconds in (0.15, 0.4, 0.8):
            self.killed_after(seconds, "migrate", "--from", "sqlite", "--to", "mongo")
        told = self.ok_json("migrate", "--from", "sqlite", "--to", "mongo")
        self.assertEqual(told["found"], 4)
        self.assertEqual(sum(told["characters"].values()), 4)
        self.assertEqual(sum(told["images"].values()), 5)
        self.assertEqual(told["troubles"], [])
        after, _ = self.collection()
        self.assertEqual(after, before)
        again = self.ok("migrate", "--from", "sqlite", "--to", "mongo")
        self.assertIn("there already: 4 characters, 5 images", again)

        new = self.ok_json("generate", *LUNA, *SMALL)
        self.assertEqual(new["id"], 123460)
        numbers = self.ok_json("show", new["id"])["images"]
        self.assertEqual(numbers[0]["number"], 6)
        self.ok("migrate", "--from", "mongo", "--to", "sqlite")
        both, _ = self.collection()
        uri = self.environment.pop("MONGODB_URI")
        self.assertEqual(self.collection()[0], both)
        self.assertIn(123460, both)
        self.assertTrue(uri)

    def test_pictures_move_to_cloudinary_and_back(self):
        before, urls = self.collection()
        files = self.files(self.data)
        self.assertTrue(all(url.startswith("/assets/") for url in urls))
        self.start_cloudinary()
        for seconds in (0.15, 0.4):
            self.killed_after(seconds, "migrate", "--from", "local", "--to", "cloudinary")
        told = self.ok_json("migrate", "--from", "local", "--to", "cloudinary")
        self.assertEqual(sum(told["files"].values()), len(files))
        self.assertEqual(told["troubles"], [])
        self.assertEqual(self.files(self.data), files, "the source is only read")
        after, urls = self.collection()
        self.assertEqual(after, before)
        self.assertTrue(all(url.startswith("http://127.0.0.1:") for url in urls), urls)

        self.data.joinpath("assets").rename(self.home / "old")
        self.ok("migrate", "--from", "cloudinary", "--to", "local")
        self.assertEqual(self.files(self.data), files)
        _, urls = self.collection()
        self.assertTrue(all(url.startswith("/assets/") for url in urls), urls)

    def test_a_backup_brings_everything_back(self):
        before = self.collection()
        file = self.home / "backups" / "medusa.tar"
        self.killed_after(0.05, "backup", file)
        if file.exists():
            self.ok("restore", file, "--verify")
        told = self.ok_json("backup", file)
        self.assertEqual(told["characters"]["moved"], 4)
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertIn("is whole: 4 characters, 5 images and", self.ok("restore", file, "--verify"))
        unpacked = self.home / "unpacked"
        unpacked.mkdir()
        subprocess.run(["tar", "xf", file], cwd=unpacked, check=True)
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=unpacked,
                       check=True)

        other = self.home / "other"
        self.environment["MEDUSA_DATA"] = str(other)
        for seconds in (0.05, 0.1, 0.2):
            self.killed_after(seconds, "restore", file)
        self.ok("restore", file)
        self.assertEqual(self.collection(), before)
        self.assertEqual(self.files(other), self.files(self.data))
        self.assertIn("there already: 4 characters, 5 images", self.ok("restore", file))
        self.assertEqual(self.ok_json("generate", *LUNA, *SMALL)["id"], 123460)

    def test_a_backup_goes_from_local_to_remote_stores(self):
        before, _ = self.collection()
        self.ok("backup", "medusa.tar")
        self.start_mongo()
        self.start_cloudinary()
        self.ok("restore", "medusa.tar")
        after, urls = self.collection()
        self.assertEqual(after, before)
        self.assertTrue(all(url.startswith("http://127.0.0.1:") for url in urls), urls)

    def test_what_is_in_the_way_is_named_and_stays(self):
        self.ok("backup", "medusa.tar")
        self.environment["MEDUSA_DATA"] = str(self.home / "other")
        mine = self.ok_json("generate", "--name", "Mine", *LUNA[2:], *SMALL)
        message = self.refused(5, "restore", "medusa.tar")
        self.assertIn("conflict: character 123456", message)
        self.assertEqual(self.ok_json("show", 123456)["name"], mine["name"])
        self.assertEqual(len(self.ok_json("list")), 3)

    def test_bad_files_and_words_are_refused(self):
        self.ok("backup", "medusa.tar")
        whole = (self.home / "medusa.tar").read_bytes()
        at = whole.index(b"Luna Starweaver", whole.index(b"records.jsonl"))
        changed = self.home / "changed.tar"
        changed.write_bytes(whole[:at] + b"Tuna" + whole[at + 4:])
        for arguments in (["restore", changed], ["restore", changed, "--verify"]):
            self.environment["MEDUSA_DATA"] = str(self.home / "other")
            self.assertIn("records.jsonl", self.refused(1, *arguments))
        changed.write_bytes(whole[:len(whole) // 2])
        self.refused(1, "restore", changed, "--verify")
        self.refused(3, "restore", "nothing.tar")
        letters = self.home / "letters.txt"
        letters.write_text("dear")
        self.assertIn("letters.txt", self.refused(1, "backup", letters))
        self.assertEqual(letters.read_text(), "dear")
        message = self.refused(2, "migrate", "--from", "sqlite", "--to", "mongo")
        self.assertIn("MONGODB_URI", message)
        for words in (["sqlite", "sqlite"], ["sqlite", "cloudinary"], ["mysql", "mongo"]):
            self.refused(2, "migrate", "--from", words[0], "--to", words[1])


if __name__ == "__main__":
    unittest.main()
