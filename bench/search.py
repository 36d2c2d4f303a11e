#!/usr/bin/env python3
"""Vector search: medusa's exact scan and graph beside hnswlib and faiss, in one run, on the same
vectors, with the same parameters (16 links, 200 looked at for new ones).

  bench/search.py --vectors FILE [--counts 10000,100000,1000000] [--queries N] [--builds FOLDER]

FILE holds rows of 384 float32 of unit length, 4,000 more than the largest count: those behind it
are queries, and what is inserted while others search. `bench/run vectors FOLDER` makes them of
descriptions; without --vectors they are synthetic (clusters, a spectrum as of sentence vectors),
and the output says so. The truth is the exact scan's, held against faiss's. Times are of the
processor as well as of the wall, so that a busy machine shows. Prints one JSON object.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import faiss
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build/release/bench/search_bench"
DIMENSION = 384
K = 10
SPARE = 4_000
ROUNDS = 3
BREADTHS = (32, 64, 96, 128, 192, 256, 384)
CLUSTERS = 2_000


def synthetic(path, rows):
    """Rows in clusters; numbers fall off as the square root along a rotated basis."""
    dice = np.random.default_rng(1)
    spectrum = 1 / np.sqrt(1 + np.arange(DIMENSION) / 12)
    rotation = np.linalg.qr(dice.normal(size=(DIMENSION, DIMENSION)))[0].astype(np.float32)
    centres = dice.normal(size=(CLUSTERS, DIMENSION)) * spectrum
    with open(path, "wb") as file:
        for first in range(0, rows, 50_000):
            count = min(50_000, rows - first)
            noise = dice.normal(size=(count, DIMENSION)) * spectrum
            chunk = centres[dice.integers(0, CLUSTERS, count)] + 0.8 * noise
            chunk = chunk.astype(np.float32) @ rotation
            chunk /= np.linalg.norm(chunk, axis=1, keepdims=True)
            file.write(chunk.tobytes())


def resident_mb():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def quantiles(seconds):
    milliseconds = 1e3 * np.array(seconds)
    return {"mean_ms": round(float(milliseconds.mean()), 4),
            "p50_ms": round(float(np.quantile(milliseconds, 0.5)), 4),
            "p99_ms": round(float(np.quantile(milliseconds, 0.99)), 4)}


def timed(index, queries, truth):
    """One query at a time, as the others do."""
    wall, cpu, right = [], [], 0
    for _ in range(ROUNDS):
        for query, ids in zip(queries, truth):
            wall_before, cpu_before = time.perf_counter(), time.thread_time()
            found = index.search(query[None], K)[1][0]
            cpu.append(time.thread_time() - cpu_before)
            wall.append(time.perf_counter() - wall_before)
            right += len(set(found) & set(ids))
    return {"recall": round(right / (ROUNDS * K * len(queries)), 5),
            "wall": quantiles(wall), "cpu": quantiles(cpu)}


def faiss_child(kind, path, count, queries, truth_path):
    """In a process of its own, for its memory."""
    faiss.omp_set_num_threads(1)
    rows = np.memmap(path, np.float32, mode="r").reshape(-1, DIMENSION)
    asked = np.array(rows[count:count + queries])
    truth = np.fromfile(truth_path, np.int64).reshape(-1, 2 * K)[:, :K]
    if kind == "flat":
        index = faiss.IndexFlatIP(DIMENSION)
    else:
        index = faiss.IndexHNSWFlat(DIMENSION, 16, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 200
    before, cpu = time.perf_counter(), time.process_time()
    for first in range(0, count, 10_000):
        index.add(np.array(rows[first:min(count, first + 10_000)]))
    result = {"build_s": round(time.perf_counter() - before, 2),
              "build_cpu_s": round(time.process_time() - cpu, 2)}
    if kind == "flat":
        result["all"] = timed(index, asked, truth)
    else:
        result["curve"] = []
        for breadth in BREADTHS:
            index.hnsw.efSearch = breadth
            result["curve"].append({"breadth": breadth, "all": timed(index, asked, truth)})
    result["resident_mb"] = round(resident_mb(), 1)
    print(json.dumps(result))


def ours(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], check=True, capture_output=True)
    return json.loads(done.stdout)


def faiss_peer(kind, *arguments):
    done = subprocess.run([sys.executable, __file__, "--faiss", kind, *map(str, arguments)],
                          check=True, capture_output=True)
    return json.loads(done.stdout)


def measured(vectors, count, queries, folder):
    truth, snapshot = folder / f"truth.{count}", folder / f"snapshot.{count}"
    say = lambda what: print(f"{count}: {what}", file=sys.stderr, flush=True)
    result = {"count": count}
    say("exact scan")
    result["flat"] = ours("flat", vectors, count, queries, truth)
    say("graph")
    result["build"] = ours("build", vectors, count, snapshot)
    result["use"] = ours("use", vectors, count, queries, truth, snapshot)
    result["curve"] = ours("curve", vectors, count, queries, truth, snapshot)
    say("faiss, exact")
    result["faiss_flat"] = faiss_peer("flat", vectors, count, queries, truth)
    say("hnswlib")
    result["hnswlib"] = ours("hnswlib", vectors, count, queries, truth)
    say("faiss, graph")
    result["faiss_hnsw"] = faiss_peer("hnsw", vectors, count, queries, truth)
    return result


def main():
    if sys.argv[1:2] == ["--faiss"]:
        kind, path, count, queries, truth = sys.argv[2:]
        faiss_child(kind, path, int(count), int(queries), truth)
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--counts", default="10000,100000,1000000")
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--builds", type=Path, help="a folder for snapshots that stay")
    arguments = parser.parse_args()
    counts = [int(count) for count in arguments.counts.split(",")]
    with tempfile.TemporaryDirectory(prefix="medusa-bench-") as scratch:
        folder = arguments.builds or Path(scratch)
        vectors = arguments.vectors
        if vectors is None:
            vectors = folder / "synthetic.f32"
            synthetic(vectors, max(counts) + SPARE)
        rows = vectors.stat().st_size // (4 * DIMENSION)
        if rows < max(counts) + SPARE:
            sys.exit(f"search.py: {vectors} has {rows} rows, not {max(counts) + SPARE}")
        print(json.dumps({
            "vectors": "real" if arguments.vectors else "synthetic",
            "queries": arguments.queries,
            "runs": [measured(vectors, count, arguments.queries, folder) for count in counts],
        }))


if __name__ == "__main__":
    main()
