#!/usr/bin/env python3
"""What every request to the HTTP service passes, whatever it asks for: representations, replays."""

import concurrent.futures
import gzip
import unittest

from http_test import Served

ANN = {"name": "Ann", "description": "a tall knight", "width": 64, "height": 64}


class Represented(Served):
    def test_lists_are_compressed_tagged_and_not_sent_twice(self):
        self.serve()
        for _ in range(3):
            self.assertEqual(self.ask("POST", "/api/characters", ANN).status, 201)
        plain = self.ask("GET", "/api/characters")
        packed = self.ask("GET", "/api/characters", Accept_Encoding="br, gzip;q=0.8")
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertLess(len(packed.body), len(plain.body) / 2)
        for told in (plain, packed):
            self.assertEqual(told.headers["Vary"], "Accept-Encoding")
            self.assertEqual(told.headers["Cache-Control"], "private, no-cache")
            again = self.ask("GET", "/api/characters", If_None_Match=told.headers["ETag"])
            self.assertEqual((again.status, again.body), (304, b""))
            self.assertNotIn("Content-Type", again.headers)
        self.assertNotEqual(plain.headers["ETag"], packed.headers["ETag"])
        self.assertEqual(self.ask("POST", "/api/characters", ANN).status, 201)
        changed = self.ask("GET", "/api/characters", If_None_Match=plain.headers["ETag"])
        self.assertEqual((changed.status, len(changed.json()["items"])), (200, 4))

    def test_head_is_get_without_a_body(self):
        self.serve()
        made = self.ask("POST", "/api/characters", ANN)
        job = self.ask("GET", "/api/jobs").json()["items"][0]["id"]
        for path in ("/api/characters", made.headers["Location"], f"/api/jobs/{job}", "/healthz",
                     f"/api/jobs/{job}/events", made.json()["avatar"], "/api/jobs/nothing"):
            for accepted in ("identity", "gzip"):
                got = self.ask("GET", path, Accept_Encoding=accepted, X_Request_Id="one")
                head = self.ask("HEAD", path, Accept_Encoding=accepted, X_Request_Id="one")
                changing = ("Date", "RateLimit")
                self.assertEqual((head.status, head.body), (got.status, b""), path)
                self.assertEqual(
                    [row for row in head.headers.items() if row[0] not in changing],
                    [row for row in got.headers.items() if row[0] not in changing], path)

    def test_a_replay_says_that_it_is_one(self):
        self.serve()
        with concurrent.futures.ThreadPoolExecutor(50) as many:
            told = list(many.map(lambda _: self.ask("POST", "/api/characters", ANN,
                                                    Idempotency_Key="once"), range(100)))
        self.assertEqual({one.status for one in told}, {201})
        self.assertEqual(len({one.body for one in told}), 1)
        replays = [one.headers.get("Idempotency-Replayed") for one in told]
        self.assertEqual(sorted(replays, key=str), [None] + ["true"] * 99)
        self.assertEqual(len(self.ok_json("jobs")), 1)

    def test_a_request_keeps_its_name(self):
        self.serve()
        told = self.problem(404, "GET", "/api/characters/1", X_Request_Id="mine-7")
        self.assertEqual(told["requestId"], "mine-7")


if __name__ == "__main__":
    unittest.main()
