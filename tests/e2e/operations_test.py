#!/usr/bin/env python3
"""What somebody who runs the service relies on: metrics that are true, logs that machines read and
that hold no secret, probes, and the files of deploy/ as the programs that read them see them."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import unittest

from house import LUNA, ROOT
from http_test import SMALL, WISH, Served
from remote_test import RemoteHouse

DEPLOY = ROOT / "deploy"
PROMTOOL = ROOT / ".deps/tools/promtool"
SECRET = "s3cr3t-canary-0123456789abcdef"


def promtool(*arguments, **options):
    return subprocess.run([PROMTOOL, *map(str, arguments)], text=True, capture_output=True,
                          check=False, **options)


class Metrics(Served):
    def values(self, **headers):
        told = self.ask("GET", "/metrics", **headers)
        self.assertEqual(told.status, 200, told.body)
        self.assertTrue(told.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        rows = (line.rsplit(" ", 1) for line in told.body.decode().splitlines() if line[0] != "#")
        self.text = told.body.decode()
        return {name: float(value) for name, value in rows}

    def test_they_are_true_and_sound(self):
        self.serve()
        luna = self.ask("POST", "/api/characters", {
            "name": "Luna", "description": "an elven sorceress", "width": 64, "height": 64}).json()
        path = f"/api/characters/{luna['id']}"
        for _ in range(3):
            self.ask("GET", path)
        self.ask("POST", path + "/generate-image", WISH)
        self.problem(404, "GET", "/api/characters/999")
        self.problem(404, "GET", "/nothing/here")
        seen = self.values()
        of = 'medusa_http_requests_total{method="GET",route="%s",status="%s"}'
        self.assertEqual(seen[of % ("/api/characters/{id}", "2xx")], 3)
        self.assertEqual(seen[of % ("/api/characters/{id}", "4xx")], 1)
        self.assertEqual(seen[of % ("none", "4xx")], 1)
        for kind in ("character", "image"):
            for state in ("queued", "leased", "done"):
                row = 'medusa_jobs_total{kind="%s",state="%s"}' % (kind, state)
                self.assertEqual(seen[row], 1, row)
        self.assertEqual(
            seen['medusa_stage_duration_seconds_count{engine="sketch",stage="rendered"}'], 2)
        stored = sum(file.stat().st_size for file in (self.data / "assets").rglob("*")
                     if file.is_file())
        self.assertGreaterEqual(seen["medusa_upload_bytes_total"], stored)
        self.assertEqual(seen['medusa_queue_depth{queue="jobs"}'], 0)
        self.assertEqual(seen["medusa_store_up"], 1)
        self.assertNotIn(str(luna["id"]), self.text)
        checked = promtool("check", "metrics", input=self.text)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))

    def test_what_waits_is_counted_by_whoever_is_asked(self):
        self.serve("--no-worker")
        for _ in range(2):
            self.ask("POST", "/api/characters", {"name": "Luna", "description": "an elf"},
                     Prefer="respond-async")
        time.sleep(1.1)
        seen = self.values()
        self.assertEqual(seen['medusa_queue_depth{queue="jobs"}'], 2)
        self.assertGreater(seen["medusa_queue_oldest_age_seconds"], 1)

    def test_only_admins_see_them(self):
        self.serve()
        for scope, status in (("read", 403), ("write", 403), ("admin", 200)):
            told = self.ask("GET", "/metrics", Authorization=self.token(scope))
            self.assertEqual(told.status, status, scope)

    def test_a_worker_tells_its_own(self):
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            self.port = held.getsockname()[1]
        worker = self.start_medusa("worker", stderr=subprocess.PIPE,
                                   environment={"MEDUSA_METRICS": f"127.0.0.1:{self.port}"})
        self.assertIn("worker", worker.stderr.readline())
        self.ok("generate", *LUNA, *SMALL)
        seen = self.values()
        self.assertEqual(seen["medusa_store_up"], 1)
        self.assertEqual(self.ask("GET", "/healthz").status, 200)
        self.assertEqual(self.ask("GET", "/readyz").json()["ready"], True)
        self.problem(404, "GET", "/api/characters")
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=30)
        self.assertEqual(worker.returncode, 0)
        self.refused(4, "worker", environment={"MEDUSA_METRICS": "0.0.0.0:0"})


class Engines(RemoteHouse, Served):
    def test_servers_are_told_as_the_pool_sees_them(self):
        pod = self.fake("fake_comfyui", "--seconds", "0.2")
        self.connect(pod.port)
        self.serve()
        self.assertNotIn("medusa_engine_up{", str(self.ask("GET", "/metrics").body))
        wish = {"name": "Luna", "description": "an elven sorceress", "width": 64, "height": 64}
        self.assertEqual(self.ask("POST", "/api/characters", wish).status, 201)
        told = self.ask("GET", "/metrics").body.decode()
        server = f'server="http://127.0.0.1:{pod.port}"'
        self.assertIn(f"medusa_engine_up{{{server}}} 1\n", told)
        self.assertIn(f'medusa_breaker_state{{{server},state="closed"}} 1\n', told)
        seconds = re.search(r'medusa_gpu_seconds_total{engine="comfyui"} (\S+)', told)
        self.assertGreater(float(seconds[1]), 0.05)
        self.assertIn('stage_duration_seconds_count{engine="comfyui",stage="rendered"} 1', told)
        pod.__exit__()
        self.ask("POST", "/api/characters", wish, Prefer="respond-async")
        end = time.monotonic() + 30
        while (f"medusa_engine_up{{{server}}} 0\n"
               not in (told := self.ask("GET", "/metrics").body.decode())):
            self.assertLess(time.monotonic(), end, told)
            time.sleep(0.2)


class Probes(Served):
    def test_readiness_names_the_part_that_fails(self):
        self.serve()
        told = self.ask("GET", "/readyz")
        self.assertEqual((told.status, told.json()["ready"]), (200, True))
        self.assertEqual({row["part"] for row in told.json()["checks"]},
                         {"database", "image engine"})
        with contextlib.closing(sqlite3.connect(self.data / "medusa.db")) as other:
            other.isolation_level = None
            other.execute("BEGIN IMMEDIATE")
            told = self.until(503)
            self.assertIn({"part": "database", "ready": False, "code": "unavailable"},
                          told.json()["checks"])
            self.assertEqual(self.ask("GET", "/healthz").status, 200)
            other.execute("ROLLBACK")
        self.until(200)

    def until(self, status):
        end = time.monotonic() + 60
        while (told := self.ask("GET", "/readyz")).status != status:
            self.assertLess(time.monotonic(), end, told.body)
            time.sleep(0.2)
        return told

    def test_a_thousand_probes_ask_the_database_once_a_second(self):
        self.serve()
        wal = self.data / "medusa.db-wal"
        before = wal.stat().st_size if wal.exists() else 0
        begun = time.monotonic()
        for _ in range(300):
            self.assertEqual(self.ask("GET", "/readyz").status, 200)
        seconds = time.monotonic() - begun
        self.assertLess(wal.stat().st_size - before, (seconds + 2) * 3 * 4_200)


class Logs(Served):
    def entries(self):
        lines = (self.home / "serve.log").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def test_each_line_is_an_object_with_what_is_known(self):
        luna = self.ok_json("generate", *LUNA, *SMALL)
        running = self.serve("--log-format", "json", "--log-requests")
        path = f"/api/characters/{luna['id']}/generate-image"
        told = self.ask("POST", path, WISH, X_Request_Id="my-own.id")
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait(30), 0)
        for entry in self.entries():
            self.assertRegex(entry["ts"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
            self.assertIn(entry["level"], ("info", "warning"))
        entry, = [entry for entry in self.entries() if entry.get("request_id") == "my-own.id"]
        self.assertEqual((entry["msg"], entry["method"], entry["path"], entry["status"]),
                         ("request", "POST", path, 201))
        self.assertEqual(entry["owner"], "local")
        self.assertRegex(entry["job_id"], "^[0-9a-f-]{36}$")
        self.assertEqual(told.headers["X-Request-Id"], "my-own.id")

    def test_no_secret_and_no_forged_line(self):
        self.environment["MEDUSA_LOG"] = "debug"
        running = self.serve("--log-format", "json", "--log-requests")
        token = self.token("read")
        for headers in ({"Authorization": "Bearer " + SECRET}, {"Authorization": token},
                        {"X_Api_Key": SECRET}, {"Cookie": "session=" + SECRET}):
            self.ask("GET", "/api/characters", **headers)
        self.ask("GET", f"/api/characters?token={SECRET}&signature={SECRET}")
        self.ask("GET", f"/assets/key={SECRET}")
        self.ask("GET", "/api/%22%7D%7B%22level%22:%22error%22")
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall(b"GET /a\x1b[2J\r\n\r\n")
            line.recv(100)
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait(30), 0)
        text = (self.home / "serve.log").read_text()
        self.assertNotIn(SECRET, text)
        self.assertNotIn(token.removeprefix("Bearer "), text)
        self.assertNotIn("\x1b", text)
        self.assertFalse([entry for entry in self.entries() if entry["level"] == "error"])

    def test_a_killed_service_leaves_no_shared_memory(self):
        del self.environment["MONGOC_DISABLE_SHM"]  # as users have it
        running = self.serve()
        running.kill()
        running.wait(30)
        self.assertFalse(os.path.exists(f"/dev/shm/mongoc-{running.pid}"))

    def test_the_service_manager_hears_when_it_is_ready(self):
        place = self.home / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(place))
            manager.settimeout(30)
            self.environment["NOTIFY_SOCKET"] = str(place)
            running = self.serve()
            self.assertEqual(manager.recv(100), b"READY=1")
            running.send_signal(signal.SIGTERM)
            self.assertEqual(manager.recv(100), b"STOPPING=1")
            self.assertEqual(running.wait(30), 0)


class Proxies(Served):
    def peers(self, trusted, *chains):
        self.environment["MEDUSA_TRUSTED_PROXIES"] = trusted
        running = self.serve("--log-format", "json", "--log-requests")
        for number, chain in enumerate(chains):
            self.ask("GET", "/healthz", X_Forwarded_For=chain, X_Request_Id=f"n{number}")
        running.send_signal(signal.SIGTERM)
        running.wait(30)
        rows = map(json.loads, (self.home / "serve.log").read_text().splitlines())
        return [row["peer"] for row in rows if row["msg"] == "request"]

    def test_x_forwarded_for_is_believed_from_listed_proxies_alone(self):
        self.assertEqual(self.peers("10.0.0.9", "203.0.113.7"), ["127.0.0.1"])
        self.assertEqual(
            self.peers("127.0.0.1,10.0.0.9", "203.0.113.7", "6.6.6.6, 203.0.113.7",
                       "6.6.6.6, 203.0.113.7, 10.0.0.9"),
            ["203.0.113.7"] * 3)


class Files(unittest.TestCase):
    def test_the_alerts_fire_on_what_they_are_for(self):
        rules = DEPLOY / "prometheus/alerts.yaml"
        for what, file in (("rules", rules), ("rules", DEPLOY / "prometheus/alerts_test.yaml")):
            verb = "test" if "test" in file.name else "check"
            done = promtool(verb, what, file)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = promtool("check", "config", "--syntax-only", DEPLOY / "prometheus/prometheus.yaml")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        page = (ROOT / "docs/operations.md").read_text()
        names = re.findall(r"alert: (\w+)", rules.read_text())
        tested = (DEPLOY / "prometheus/alerts_test.yaml").read_text()
        for name in names:
            self.assertIn(f"### {name}\n", page)
            self.assertIn(f"alertname: {name}\n", tested)
            self.assertIn(f"#{name.lower()}\n", rules.read_text())

    def test_what_is_shown_and_alerted_on_is_told(self):
        told = (ROOT / "src/metrics/metrics.cpp").read_text()
        told = set(re.findall(r'"((?:medusa|process)_\w+)"', told))
        board = json.loads((DEPLOY / "grafana/medusa.json").read_text())
        shown = " ".join(target["expr"] for panel in board["panels"]
                         for target in panel["targets"])
        shown += (DEPLOY / "prometheus/alerts.yaml").read_text()
        page = (ROOT / "docs/operations.md").read_text()
        used = {re.sub("_(bucket|count|sum)$", "", name)
                for name in re.findall(r"\b(?:medusa|process)_\w+", shown)}
        self.assertLessEqual(used, told)
        for name in told:
            self.assertIn(f"`{name}`", page)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd here")
    def test_the_units_are_sound_and_hardened(self):
        for unit in (DEPLOY / "systemd").iterdir():
            done = subprocess.run(["systemd-analyze", "verify", unit], text=True,
                                  capture_output=True, check=False)
            wrong = [line for line in (done.stdout + done.stderr).splitlines()
                     if "is not executable" not in line and unit.stem in line]
            self.assertEqual(wrong, [])
            done = subprocess.run(["systemd-analyze", "security", "--offline=true",
                                   "--threshold=20", unit], text=True, capture_output=True,
                                  check=False, env=os.environ | {"SYSTEMD_COLORS": "0"})
            self.assertEqual(done.returncode, 0, done.stdout[-200:] + done.stderr)


if __name__ == "__main__":
    unittest.main()
