#!/usr/bin/env python3
"""Times the program as its users run it and prints one JSON document.

usage: bench/run generate [PROGRAM]

help_ms        `medusa --help`, median of 20
generate_s     one `generate` with warm files, median of 10
batch          characters a second and peak memory of `batch --count 200`, three runs
raw_commit_ms  what one flushed write costs on the same disk, median of 50: batches pay a few each
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
LUNA = ["generate", "--name", "Luna Starweaver", "--description",
        "A mystical elven sorceress with silver hair", "--style", "fantasy"]
BATCH = 200


def run(binary, home, *arguments):
    """Wall seconds, processor seconds and peak memory in MB of one run that must succeed."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "MEDUSA_DATA": str(home / "data")}
    began = time.perf_counter()
    process = subprocess.Popen([binary, *arguments], env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    told = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if status != 0:
        sys.exit(f"{arguments} failed: {told.decode()}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def raw_commit_ms(folder):
    times = []
    for index in range(50):
        began = time.perf_counter()
        with open(folder / f"commit-{index}", "wb") as file:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "build/release/medusa")
    home = pathlib.Path(tempfile.mkdtemp(prefix="medusa-bench-"))
    try:
        run(binary, home, *LUNA)
        helps = [run(binary, home, "--help")[0] for _ in range(20)]
        singles = [run(binary, home, *LUNA) for _ in range(10)]
        batches = [run(binary, home, "batch", "--count", str(BATCH)) for _ in range(3)]
        print(json.dumps({
            "help_ms": round(statistics.median(helps) * 1000, 1),
            "generate_s": round(statistics.median(one[0] for one in singles), 3),
            "generate_cpu_s": round(statistics.median(one[1] for one in singles), 3),
            "batch": {
                "characters": BATCH,
                "per_second": round(statistics.median(BATCH / one[0] for one in batches), 2),
                "cpu_ms_each": round(
                    statistics.median(one[1] for one in batches) / BATCH * 1000, 1),
                "peak_rss_mb": round(max(one[2] for one in batches)),
            },
            "raw_commit_ms": round(raw_commit_ms(home), 2),
        }, indent=2))
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
