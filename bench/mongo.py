#!/usr/bin/env python3
"""Characters saved and listed in MongoDB, beside its driver alone and SQLite. One JSON document.

usage: bench/run mongo [--uri mongodb://...] [--saves 200] [--present 0 1000] [--listed 100000]
                       [--runs 3] [--threads 2]

server         what answers: the tests' server (tests/support/mongo_wire) unless --uri names another
saves_per_s    characters reserved and created with their numbered avatars, in a database that holds
               so many others already; `driver` inserts the same two documents for each and does
               nothing else, `sqlite` is our other store on the same disk; medians of the runs,
               which alternate
commands       what one of these saves asks of the server: how often each, and how long it takes, in
               the database with most documents (only of the tests' server)
load           what else the machine did when it began, as processes that wanted to run
list_ms        the newest 20 of so many, median; `driver` finds them and decodes nothing

Databases are left behind on a server that --uri names.
"""

import argparse
import collections
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
SERVER = ROOT / ".deps/mongo_wire/mongo_wire"
PROGRAM = ROOT / "build/release/bench/store_bench"
LIST_RUNS = 3
# A server that reads all documents takes longer than what we wait for one by default.
PATIENCE = "?socketTimeoutMS=600000"


def store_bench(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"store_bench {arguments} failed")
    return json.loads(done.stdout)


class Bench:
    def __init__(self, folder, uri, options):
        self.folder = folder
        self.uri = uri
        self.options = options
        self.tally = folder / "tally"

    def database(self, name):
        return f"{self.uri}/medusa_bench_{int(time.time())}_{name}{PATIENCE}"

    def saves(self, present):
        """Medians for a number of documents that are there already, and the commands of a save."""
        stores = {"medusa": ("save", self.database(f"saves_{present}")),
                  "driver": ("raw", self.database(f"raw_{present}")),
                  "sqlite": ("save", self.folder / f"saves_{present}.db")}
        for _, address in stores.values():
            store_bench("fill", address, present)
        runs = {name: [] for name in stores}
        spent = collections.defaultdict(list)
        for _ in range(self.options.runs):
            for name, (what, address) in stores.items():
                at = self.tally.stat().st_size if self.tally.exists() else 0
                runs[name].append(store_bench(what, address, self.options.saves,
                                              self.options.threads)["per_s"])
                if name == "medusa" and self.tally.exists():
                    self.read_tally(at, spent)
        saves = self.options.runs * self.options.saves
        commands = [{"command": name, "a_save": round(len(times) / saves, 2),
                     "ms": round(statistics.median(times) / 1000, 2)}
                    for name, times in sorted(spent.items()) if len(times) >= saves / 2]
        return {name: round(statistics.median(some), 1) for name, some in runs.items()}, commands

    def read_tally(self, at, spent):
        with open(self.tally, encoding="utf-8") as lines:
            lines.seek(at)
            for line in map(json.loads, lines):
                spent[f"{line['command']} {line['collection']}"].append(line["us"])

    def lists(self, count):
        mongo, sqlite = self.database("list"), self.folder / "list.db"
        for address in (mongo, sqlite):
            store_bench("fill", address, count)
        return {"medusa": store_bench("list", mongo, LIST_RUNS)["list_ms"],
                "driver": store_bench("rawlist", mongo, LIST_RUNS)["list_ms"],
                "sqlite": store_bench("list", sqlite, 100)["list_ms"]}


def start_server(folder):
    data = folder / "server"
    data.mkdir()
    process = subprocess.Popen([SERVER, "-tally", folder / "tally", data], text=True,
                               stdout=subprocess.PIPE)
    return process, json.loads(process.stdout.readline())["uri"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--uri", help="of a server, without a database")
    parser.add_argument("--saves", type=int, default=200)
    parser.add_argument("--present", type=int, nargs="+", default=[0, 1000])
    parser.add_argument("--listed", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="medusa-bench-") as folder:
        folder = pathlib.Path(folder)
        process = None
        try:
            uri = options.uri
            if not uri:
                process, uri = start_server(folder)
            bench = Bench(folder, uri, options)
            named = store_bench("check", bench.database("check"), 1)
            result = {"bench": "mongo", "threads": options.threads, "saves_per_s": {},
                      "server": named if options.uri else f"FerretDB of the tests, says: {named}",
                      "load": round(os.getloadavg()[0], 1)}
            for present in sorted(options.present):
                result["saves_per_s"][present], result["commands"] = bench.saves(present)
            result["list_ms"] = {"of": options.listed, **bench.lists(options.listed)}
            print(json.dumps(result, indent=2))
        finally:
            if process:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
