#!/usr/bin/env python3
"""What every request to the HTTP service passes, whatever it asks for: representations, replays,
limits, other sites' pages, cut streams, and tokens of another sign-in service."""

import base64
import concurrent.futures
import gzip
import hashlib
import hmac
import json
import random
import re
import socket
import time
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


class Cut(Served):
    """Events as an EventSource hears them: what came whole counts, and the rest is asked for with
    the number of the last one."""

    def heard(self, address, after, most=None):
        """The numbers of whole events, and whether the last of all was among them."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        resumed = f"Last-Event-ID: {after}\r\n" if after else ""
        line.sendall(f"GET {address}/events HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{resumed}"
                     "\r\n".encode())
        told = b""
        while most is None or len(told) < most:
            more = line.recv(4096 if most is None else most - len(told))
            if not more:
                break
            told += more
        line.close()
        text = told.partition(b"\r\n\r\n")[2].rpartition(b"\n\n")[0].decode() + "\n"
        numbers = [int(number) for number in re.findall(r"^id: (\d+)$", text, re.M)]
        return numbers, "event: end\n" in text, len(told)

    def test_a_stream_that_is_cut_anywhere_goes_on_without_gap_or_double(self):
        self.serve()
        made = self.ask("POST", "/api/characters", ANN)
        self.assertEqual(made.status, 201)
        address = "/api/jobs/" + self.ask("GET", "/api/jobs").json()["items"][0]["id"]
        whole, ended, size = self.heard(address, 0)
        self.assertTrue(ended)
        self.assertEqual(whole, list(range(1, len(whole) + 1)))
        self.assertGreater(len(whole), 3)
        for cut in range(1, size, 5):
            first, _, _ = self.heard(address, 0, cut)
            if len(first) == len(whole):
                continue
            rest, ended, _ = self.heard(address, first[-1] if first else 0)
            self.assertEqual(first + rest, whole, f"cut after {cut} bytes")
            self.assertTrue(ended)

    def test_a_job_is_followed_through_any_number_of_cuts(self):
        self.serve("--no-worker")
        chance = random.Random(8)
        for _ in range(5):
            asked = self.ask("POST", "/api/characters", ANN, Prefer="respond-async")
            address = asked.headers["Location"]
            working = self.start_medusa("worker", "--until-idle")
            numbers, ended = [], False
            while not ended:
                more, ended, _ = self.heard(address, numbers[-1] if numbers else 0,
                                            chance.randint(1, 900))
                numbers += more
            self.assertEqual(working.wait(60), 0)
            self.assertEqual(numbers, self.heard(address, 0)[0])
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))


class Limited(Served):
    def test_more_requests_than_are_allowed_are_told_when_to_come_again(self):
        self.environment["MEDUSA_HTTP_RATE"] = "20"
        self.serve()
        token = self.token("read")
        told = [self.ask("GET", "/api/jobs", Authorization=token) for _ in range(25)]
        self.assertEqual([one.status for one in told], [200] * 20 + [429] * 5)
        self.assertEqual(told[0].headers["RateLimit-Policy"], '"default";q=20;w=60')
        self.assertEqual(told[0].headers["RateLimit"], '"default";r=19;t=3')
        self.assertIn(int(told[-1].headers["Retry-After"]), range(1, 4))
        self.assertEqual(told[-1].json()["code"], "quota")
        self.assertEqual(self.ask("GET", "/api/jobs", Authorization=self.token("read")).status,
                         200, "another token")
        self.assertEqual({self.ask("GET", "/healthz").status for _ in range(30)}, {200})
        time.sleep(3.1)
        self.assertEqual(self.ask("GET", "/api/jobs", Authorization=token).status, 200)

    def test_who_tries_tokens_is_soon_refused_unasked(self):
        self.serve()
        good = self.token("read")
        self.assertEqual(self.ask("GET", "/api/jobs", Authorization=good).status, 200)
        told = [self.ask("GET", "/api/jobs", Authorization=f"Bearer {number}").status
                for number in range(80)]
        self.assertEqual(told[:60], [401] * 60)
        self.assertIn(429, told[60:])
        self.assertEqual(self.ask("GET", "/api/jobs", Authorization=good).status, 200)

    def test_jobs_of_one_owner_are_limited_by_the_queue(self):
        self.environment["MEDUSA_JOBS_PER_OWNER"] = "3"
        self.serve("--no-worker")
        def hand_in(token):
            return self.ask("POST", "/api/characters", ANN, Prefer="respond-async",
                            Authorization=token)
        anna, ben = self.token("write"), self.token("write", "--user", "ben")
        with concurrent.futures.ThreadPoolExecutor(20) as many:
            told = list(many.map(lambda _: hand_in(anna), range(20)))
        self.assertEqual(sorted(one.status for one in told), [202] * 3 + [429] * 17)
        refused = next(one for one in told if one.status == 429)
        self.assertGreaterEqual(int(refused.headers["Retry-After"]), 1)
        self.assertIn("at most 3 may", refused.json()["detail"])
        self.assertEqual(hand_in(ben).status, 202)
        self.assertIn("at most 3 may", self.refused(8, "generate", "--name", "Ann",
                                                    "--description", "a tall knight"))
        job = self.ask("GET", "/api/jobs", Authorization=anna).json()["items"][0]["id"]
        self.ask("POST", f"/api/jobs/{job}/cancel", {}, Authorization=anna)
        self.assertEqual(hand_in(anna).status, 202)


class OtherSites(Served):
    SITE = "https://app.example"

    def preflight(self, path, method):
        return self.ask("OPTIONS", path, Origin=self.SITE, Access_Control_Request_Method=method)

    def test_nobody_s_pages_may_by_default(self):
        self.serve()
        told = self.preflight("/api/characters", "POST")
        self.assertEqual(told.status, 405)
        self.assertFalse([name for name in told.headers if name.startswith("Access-Control")])

    def test_a_listed_site_s_pages_may_with_a_token(self):
        self.environment["MEDUSA_HTTP_ORIGINS"] = self.SITE
        self.serve()
        may = self.preflight("/api/characters", "POST")
        self.assertEqual((may.status, may.body), (204, b""))
        self.assertEqual(may.headers["Access-Control-Allow-Origin"], self.SITE)
        self.assertIn("Authorization", may.headers["Access-Control-Allow-Headers"])
        token = self.token("write")
        made = self.ask("POST", "/api/characters", ANN, Origin=self.SITE, Authorization=token,
                        Sec_Fetch_Site="cross-site")
        self.assertEqual(made.status, 201)
        self.assertEqual(made.headers["Access-Control-Allow-Origin"], self.SITE)
        self.assertIn("Location", made.headers["Access-Control-Expose-Headers"])
        job = self.ask("GET", "/api/jobs").json()["items"][0]["id"]
        events = self.ask("GET", f"/api/jobs/{job}/events", Origin=self.SITE, Authorization=token)
        self.assertEqual(events.headers["Access-Control-Allow-Origin"], self.SITE)
        self.problem(403, "GET", "/api/jobs", Origin=self.SITE)
        evil = self.ask("GET", "/api/jobs", Origin="https://evil.example", Authorization=token)
        self.assertNotIn("Access-Control-Allow-Origin", evil.headers)
        self.assertIn("Origin", evil.headers["Vary"])


class SignedIn(Served):
    SECRET = b"0123456789abcdef0123456789abcdef"

    def setUp(self):
        super().setUp()
        secret = self.home / "jwt.secret"
        secret.write_bytes(self.SECRET + b"\n")
        self.environment |= {"MEDUSA_JWT_SECRET_FILE": str(secret),
                             "MEDUSA_JWT_ISSUER": "https://id.example",
                             "MEDUSA_JWT_AUDIENCE": "medusa"}

    def jwt(self, secret=SECRET, algorithm="HS256", **claims):
        said = {"sub": "anna-7", "scope": "write", "exp": int(time.time()) + 600,
                "iss": "https://id.example", "aud": "medusa", **claims}
        def part(value):
            return base64.urlsafe_b64encode(value).rstrip(b"=")
        text = b".".join(part(json.dumps(one).encode())
                         for one in ({"alg": algorithm, "typ": "JWT"}, said))
        seal = part(hmac.digest(secret, text, hashlib.sha256))
        return "Bearer " + (text + b"." + seal).decode()

    def test_a_token_of_the_sign_in_service_opens_what_is_its_owner_s(self):
        self.serve()
        made = self.ask("POST", "/api/characters", ANN, Authorization=self.jwt())
        self.assertEqual(made.status, 201, made.body)
        self.assertEqual(made.json()["owner"]["userId"], "anna-7")
        address = made.headers["Location"]
        self.assertEqual(self.ask("GET", address, Authorization=self.jwt()).status, 200)
        self.problem(404, "GET", address, Authorization=self.jwt(sub="ben"))
        self.problem(403, "DELETE", address, Authorization=self.jwt(scope="openid read"))
        for bad in (self.jwt(secret=b"x" * 32), self.jwt(algorithm="none"), self.jwt(exp=1),
                    self.jwt(aud="shop"), self.jwt(iss="https://evil.example"),
                    self.jwt(scope="openid"), self.jwt(nbf=int(time.time()) + 900),
                    self.jwt(sub="x" * 3000), self.jwt()[:-1], self.jwt() + "x"):
            told = self.problem(401, "GET", address, Authorization=bad)
            self.assertIn("sign-in token", told["detail"])
        self.assertEqual(self.ask("GET", "/api/jobs", Authorization=self.token("read")).status,
                         200, "tokens of medusa still count")
        self.assertIn("of https://id.example, for medusa", (self.home / "serve.log").read_text())

    def test_doctor_and_the_start_know_of_it(self):
        checks = {one["part"]: one for one in self.ok_json("doctor")["checks"]}
        self.assertEqual((checks["sign-in"]["ok"], checks["sign-in"]["detail"]),
                         (True, "a secret of 32 bytes"))
        (self.home / "jwt.secret").write_text("short")
        self.assertIn("openssl rand", self.refused(2, "serve"))


if __name__ == "__main__":
    unittest.main()
