#!/usr/bin/env python3
"""Files over HTTP: parts of them, what a client keeps, and everything that no address may reach."""

import concurrent.futures
import hashlib
import http.client
import itertools
import json
import os
import resource
import sys
import unittest
import urllib.request

from house import LUNA, ROOT
from http_test import SMALL, Served

sys.path.insert(0, str(ROOT / "tests/support/fakes"))
from running import Fake  # noqa: E402

# Spellings of a way out of the folder, of another file, or of none.
CROOKED = (
    "/assets", "/assets/", "/assets//", "/assets/.", "/assets/..", "/assets/../medusa.db",
    "/assets/anna/..", "/assets/anna/../../medusa.db", "/assets/%2e%2e/medusa.db",
    "/assets/anna/%2e%2e/%2e%2e/medusa.db", "/assets/anna%2f..%2f..%2fmedusa.db",
    "/assets/anna/..%2f..%2fmedusa.db", "/assets/anna/%252e%252e/%252e%252e/medusa.db",
    "/assets/anna/..%252f..%252fmedusa.db", "/assets/anna/..%5c..%5cmedusa.db",
    "/assets/anna/..\\..\\medusa.db", "/assets/anna/%c0%ae%c0%ae/%c0%ae%c0%ae/medusa.db",
    "/assets/anna/%e0%80%ae%e0%80%ae/medusa.db", "/assets/anna/....//....//medusa.db",
    "/assets/anna/%uff0e%uff0e/medusa.db", "/assets/anna/%EF%BC%8E%EF%BC%8E/medusa.db",
    "/assets/anna/.%00./medusa.db", "/assets/%00", "/assets/anna/%0d%0aX-Evil:%201",
    "/assets/%2fetc%2fpasswd", "/assets//etc/passwd", "/assets/anna//etc/passwd",
    "/assets/file:%2f%2f%2fetc%2fpasswd", "/assets/anna/C:%5cwindows", "/assets/anna/con",
    "/assets/~root/x.png", "/assets/anna/%7e", "/assets/anna/x.png%20", "/assets/anna/x.png.",
    "/assets/ANNA/characters", "/assets/anna", "/assets/anna/", "/assets/anna/characters",
    "/assets/anna/" + "a" * 201, "/assets/anna" + "/a" * 600, "/assets/anna/" + "%61" * 2000,
    "/assets/" + "../" * 60 + "etc/passwd", "/assets/anna/.png", "/assets/%2e", "/%61ssets%2fanna",
    "/assets/anna/%E2%80%AEgnp.x", "/assets/anna/;/../x", "/assets/anna/x.png/..", "/assets/*",
)

# Each way to say "the folder above", with each way to part folders, so many times, before a file
# that is there.
CLIMBING = [
    f"/assets/anna/{(up + part) * depth}{file}"
    for up, part, depth, file in itertools.product(
        ("..", "%2e%2e", ".%2e", "%252e%252e", "..%00", "..;", "%c0%ae%c0%ae",
         "%EF%BC%8E%EF%BC%8E"),
        ("/", "%2f", "%252f", "\\", "%5c", "//"), (1, 2, 9), ("medusa.db", "etc/passwd"))
]


class Files(Served):
    def setUp(self):
        super().setUp()
        self.luna = self.ok_json("generate", *LUNA, *SMALL)
        self.url = self.luna["avatar"]
        self.file = self.asset(self.url)
        self.bytes = self.file.read_bytes()

    def test_a_picture_comes_whole_and_in_parts(self):
        self.serve()
        whole = self.ask("GET", self.url)
        size, name = len(self.bytes), self.url.rsplit("/", 1)[1]
        self.assertEqual((whole.status, whole.body), (200, self.bytes))
        told = dict(whole.headers)
        self.assertEqual(told["Content-Type"], "image/png")
        self.assertEqual(told["Cache-Control"], "private, max-age=31536000, immutable")
        self.assertEqual(told["Accept-Ranges"], "bytes")
        self.assertEqual(told["Content-Disposition"], f'inline; filename="{name}"')
        self.assertEqual(told["X-Content-Type-Options"], "nosniff")
        tag = told["ETag"]
        self.assertRegex(tag, r'^"[0-9a-f]+"$')
        for wish, first, last in (("0-99", 0, 99), ("100-", 100, size - 1),
                                  ("-50", size - 50, size - 1), (f"10-{size * 2}", 10, size - 1)):
            part = self.ask("GET", self.url, Range=f"bytes={wish}", If_Range=tag)
            self.assertEqual(part.status, 206, wish)
            self.assertEqual(part.headers["Content-Range"], f"bytes {first}-{last}/{size}")
            self.assertEqual(part.body, self.bytes[first:last + 1], wish)
        for headers in ({"Range": "bytes=0-1,5-6"}, {"Range": "lines=0-1"},
                        {"Range": "bytes=0-9", "If_Range": '"old"'}):
            told = self.ask("GET", self.url, **headers)
            self.assertEqual((told.status, told.body), (200, self.bytes), headers)
        beyond = self.ask("GET", self.url, Range=f"bytes={size}-")
        self.assertEqual((beyond.status, beyond.headers["Content-Range"]),
                         (416, f"bytes */{size}"))
        self.assertEqual(beyond.json()["status"], 416)

    def test_what_a_client_has_is_not_sent_again(self):
        self.serve()
        head = self.ask("HEAD", self.url)
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(int(head.headers["Content-Length"]), len(self.bytes))
        tag = head.headers["ETag"]
        for method in ("GET", "HEAD"):
            known = self.ask(method, self.url, If_None_Match=f'"x", W/{tag}')
            self.assertEqual((known.status, known.body, known.headers["ETag"]), (304, b"", tag))
            self.assertIn("immutable", known.headers["Cache-Control"])
        # One connection goes on after each kind of answer.
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        self.addCleanup(line.close)
        for headers in ({}, {"If-None-Match": tag}, {"Range": "bytes=0-9"},
                        {"Range": "bytes=999999999-"}, {}):
            line.request("GET", self.url, headers=headers)
            told = line.getresponse()
            body = told.read()
        self.assertEqual(body, self.bytes)

    def test_an_embedding_is_asked_for_again_since_it_may_change(self):
        self.serve()
        url = self.luna["embeddings"]["url"]
        told = self.ask("GET", url)
        self.assertEqual(told.headers["Content-Type"], "application/json")
        self.assertEqual(told.json()["characterId"], self.luna["id"])
        self.assertEqual(told.headers["Cache-Control"], "private, no-cache")
        file = self.asset(url)
        other = file.with_suffix(".new")
        other.write_bytes(file.read_bytes())
        other.replace(file)
        again = self.ask("GET", url, If_None_Match=told.headers["ETag"])
        self.assertEqual(again.status, 200)

    def test_no_spelling_leads_out_of_the_folder(self):
        self.serve()
        secret = self.data / "medusa.db"
        self.assertTrue(secret.exists())
        for path in (*CROOKED, *CLIMBING):
            told = self.ask("GET", path)
            self.assertIn(told.status, (400, 404, 431), path)
            self.assertNotIn(b"SQLite", told.body)
            self.assertNotIn(b"root:", told.body)
            self.assertNotIn("X-Evil", dict(told.headers))
        self.assertEqual(self.ask("GET", self.url).status, 200)

    def test_no_link_and_nothing_but_plain_files_is_served(self):
        here = self.file.parent
        secret = self.home / "secret.png"
        secret.write_text("secret")
        bens = self.data / "assets/ben/characters/x/avatar"
        bens.mkdir(parents=True)
        (bens / "x.png").write_text("secret")
        (here / "out.png").symlink_to(secret)
        (here / "near.png").symlink_to(os.path.relpath(bens / "x.png", here))
        (here / "round.png").symlink_to("round.png")
        (here / "folder").symlink_to(os.path.relpath(bens, here))
        os.mkfifo(here / "pipe.png")
        (here / "unfinished.png.1-1.part").write_text("secret")
        (here / "sub.png").mkdir()
        self.serve()
        base = self.url.rsplit("/", 1)[0]
        for name in ("out.png", "near.png", "round.png", "folder/x.png", "pipe.png",
                     "unfinished.png.1-1.part", "sub.png", "missing.png"):
            self.problem(404, "GET", f"{base}/{name}")
        self.problem(404, "GET", "/assets/ben/characters/x/avatar/x.png")

    def test_somebody_else_s_file_is_not_there(self):
        self.serve()
        ben = self.token("admin", "--user", "ben")
        for url in (self.url, self.luna["embeddings"]["url"], self.url + "?size=256"):
            self.problem(404, "GET", url, Authorization=ben)
            self.problem(401, "GET", url, Authorization="Bearer nonsense")

    def test_thumbnails_are_made_once_kept_and_go_with_their_character(self):
        made = self.ok_json("generate", *LUNA, "--width", "576", "--height", "576")
        self.serve()
        token, url = self.token("write"), made["avatar"]
        luna = self.ask("GET", f"/api/characters/{made['id']}").json()
        self.assertEqual(luna["thumbnail"], url + "?size=256")
        large = self.ask("POST", f"/api/characters/{luna['id']}/generate-image",
                         {"imageType": "portrait"}, Authorization=token).json()
        self.assertEqual(large["thumbnail"], large["url"] + "?size=256")
        pictures = [luna["thumbnail"], url + "?size=512", large["thumbnail"]]
        with concurrent.futures.ThreadPoolExecutor(16) as many:
            told = list(many.map(lambda n: self.ask("GET", pictures[n % 3]), range(48)))
        self.assertEqual({one.status for one in told}, {200})
        self.assertEqual(len({one.body for one in told}), 3)
        for one in told:
            self.assertEqual((one.body[:4], one.body[8:12]), (b"RIFF", b"WEBP"))
            self.assertEqual(one.headers["Content-Type"], "image/webp")
            self.assertEqual(one.headers["Cache-Control"], "private, max-age=31536000, immutable")
            self.assertIn('.webp"', one.headers["Content-Disposition"])
            self.assertNotIn(b"sorceress", one.body)
        known = self.ask("GET", pictures[0], If_None_Match=told[0].headers["ETag"])
        self.assertEqual(known.status, 304)
        part = self.ask("GET", pictures[0], Range="bytes=0-3")
        self.assertEqual((part.status, part.body), (206, b"RIFF"))
        kept = list((self.data / "thumbnails").rglob("*.webp"))
        self.assertEqual(len(kept), 3)
        self.assertEqual(self.parts_left_behind(), [])
        for wrong in (self.url + "?size=300", self.url + "?size=", self.url + "?size=256x",
                      self.luna["embeddings"]["url"] + "?size=256"):
            self.problem(400, "GET", wrong)
        self.problem(404, "GET", self.url.replace(".png", "x.png") + "?size=256")
        self.assertEqual(self.ask("DELETE", f"/api/characters/{luna['id']}").status, 204)
        self.assertEqual(list((self.data / "thumbnails").rglob("*.webp")), [])
        for gone in (pictures[0], url):
            self.problem(404, "GET", gone)
        self.assertEqual(self.ask("GET", self.url).status, 200)

    def test_a_picture_that_was_damaged_on_the_disk_has_no_thumbnail(self):
        self.serve()
        damaged = bytearray(self.bytes)
        damaged[len(damaged) // 2] ^= 0x55
        self.file.write_bytes(damaged)
        told = self.problem(500, "GET", self.url + "?size=256")
        self.assertNotIn(str(self.data), json.dumps(told))
        self.file.write_bytes(self.bytes)
        self.assertEqual(self.ask("GET", self.url + "?size=256").status, 200)

    def test_large_files_to_slow_clients_take_no_memory(self):
        large = self.file.parent / "large.png"
        with large.open("wb") as file:
            file.truncate(60 << 20)
        running = self.serve()
        url = self.url.rsplit("/", 1)[0] + "/large.png"
        self.ask("GET", self.url)
        page = resource.getpagesize()

        def resident():
            with open(f"/proc/{running.pid}/statm", encoding="ascii") as told:
                return int(told.read().split()[1]) * page

        before = resident()
        slow = []
        for _ in range(30):
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            self.addCleanup(line.close)
            line.request("GET", url)
            slow.append(line.getresponse())
        self.assertEqual({len(one.read(1 << 16)) for one in slow}, {1 << 16})
        self.assertLess(resident() - before, 40 << 20)
        with concurrent.futures.ThreadPoolExecutor(4) as many:
            whole = list(many.map(lambda _: len(self.ask("GET", url).body), range(4)))
        self.assertEqual(whole, [60 << 20] * 4)


class Elsewhere(Served):
    def test_files_of_an_account_are_redirected_to(self):
        cloud = Fake("fake_cloudinary")
        self.addCleanup(cloud.__exit__)
        there = f"http://127.0.0.1:{cloud.port}"
        self.environment["CLOUDINARY_URL"] = (
            f"cloudinary://123456789012345:secret@demo?upload_prefix={there}"
            f"&secure_distribution={there}/demo")
        luna = self.ok_json("generate", *LUNA, *SMALL)
        self.serve()
        avatar = self.ask("GET", f"/api/characters/{luna['id']}/images").json()["items"][0]
        address = "/assets/" + avatar["path"]
        told = self.ask("GET", address)
        self.assertEqual(told.status, 307)
        with urllib.request.urlopen(told.headers["Location"]) as picture:
            self.assertEqual(hashlib.sha256(picture.read()).hexdigest(), avatar["sha256"])
        for side in (256, 512):
            small = self.ask("GET", f"{address}?size={side}").headers["Location"]
            self.assertTrue(small.startswith(f"{there}/demo/image/upload/"), small)
            self.assertIn(f"w_{side}", small)
        self.assertIn("w_256", avatar["thumbnail"])
        character = self.ask("GET", f"/api/characters/{luna['id']}").json()
        self.assertEqual(character["thumbnail"], avatar["thumbnail"])
        ben = self.token("admin", "--user", "ben")
        self.problem(404, "GET", address, Authorization=ben)
        self.problem(404, "GET", "/assets/anna/..%2f..%2fx")
        self.problem(400, "GET", address + "?size=1")


if __name__ == "__main__":
    unittest.main()
