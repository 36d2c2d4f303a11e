#!/usr/bin/env python3
"""Remote servers: how soon a picture is complete, and how busy servers are kept. One JSON document.

usage: bench/run remote [--latency 40] [--pictures 2000] [--many 640] [--peer 30]

after_last_frame_ms  from the moment that a ComfyUI is done to the character complete on the disk,
                     1024x1024, one after the other; `peer` follows the rule of the workflow that
                     users come from: the queue every 3 s, then 2 s, then guessed file names;
                     raw_commit_ms is what one flushed write costs on the same disk right after:
                     a character waits for four, the others happen before or beside them; load
                     is what else the machine did, as processes that wanted to run
busy                 16 servers that need 0.2 to 2 s a picture: the part of the time between first
                     and last that they draw; `peer` sends three, waits for all, pauses for 2 s
many                 64 servers of 2 s: processor cores and memory (MB) of our process

All servers are tests/support/fakes/fake_comfyui.py, on the same machine as everything else.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support/fakes"))
from generate import raw_commit_ms  # noqa: E402
from running import Fake  # noqa: E402

UNEQUAL_S = [0.2 + 1.8 * index / 15 for index in range(16)]


class Bench:
    def __init__(self, program):
        self.program = program
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="medusa-bench-"))
        self.runs = 0

    def batch(self, pods, count, *arguments):
        """Wall and processor seconds, peak MB, and for each character when it was told."""
        self.runs += 1
        home = self.folder / str(self.runs)
        home.mkdir()
        environment = {"PATH": os.environ["PATH"], "HOME": str(home),
                       "MEDUSA_DATA": str(home / "data"),
                       "RUNPOD_WEBUI_URL": ",".join(f"http://127.0.0.1:{p}" for p in pods.ports)}
        began = time.monotonic()
        with open(home / "told", "w", encoding="utf-8") as messages:
            process = subprocess.Popen(
                [self.program, "batch", "--count", str(count), "--json", *map(str, arguments)],
                env=environment, stdout=subprocess.PIPE, stderr=messages, text=True)
            told = [(time.time(), json.loads(line)) for line in process.stdout]
        _, status, used = os.wait4(process.pid, 0)
        if status != 0 or told[-1][1]["summary"]["successful"] != count:
            sys.exit(f"the batch failed: {(home / 'told').read_text()[-2000:]}")
        return {"wall": time.monotonic() - began, "told": told[:-1],
                "cpu": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}


def logs(pods):
    return pods.control("GET", "log")["pods"]


def finished(pod):
    return [event["t"] for event in pod["events"] if event["event"] == "finished"]


def busy_part(pods):
    found = logs(pods)
    spans = [span for pod in found for span in pod["busy"]]
    first, last = min(s[0] for s in spans), max(s[1] for s in spans)
    return sum(end - start for start, end in spans) / (last - first) / len(found)


def graph(prefix, side):
    """What the old workflow sends."""
    return {
        "4": {"class_type": "CheckpointLoaderSimple",
              "inputs": {"ckpt_name": "diving.safetensors"}},
        "5": {"class_type": "EmptyLatentImage",
              "inputs": {"width": side, "height": side, "batch_size": 1}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": prefix, "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
        "3": {"class_type": "KSampler",
              "inputs": {"seed": uuid.uuid4().int % 2**32, "steps": 4, "cfg": 6,
                         "sampler_name": "euler", "scheduler": "normal", "denoise": 1,
                         "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0],
                         "latent_image": ["5", 0]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage",
              "inputs": {"filename_prefix": prefix, "images": ["8", 0]}},
    }


def old_rule(pods, port, folder, number):
    """One picture as the old workflow brings it home."""
    pods.post("/prompt", {"prompt": graph("ComfyUI", 1024)}, port=port)
    while True:
        time.sleep(3)
        queue = pods.get("/queue", port=port).json()
        if not queue["queue_running"] and not queue["queue_pending"]:
            break
    time.sleep(2)
    for guess in (number, number + 1, number - 1):
        answer = pods.get(f"/view?filename=ComfyUI_{guess:05}_.png&type=output", port=port)
        if answer.status == 200:
            (folder / f"{number}.png").write_bytes(answer.body)
            return
    sys.exit("the old rule did not find its picture")


def percentiles(times_s):
    ordered = sorted(1000 * t for t in times_s)
    return {"p50": round(statistics.median(ordered), 1),
            "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 1)}


def after_last_frame(bench, count, peer_count):
    with Fake("fake_comfyui", "--seconds", "0.5") as pods:
        told = bench.batch(pods, count, "--concurrency", 1)["told"]
        ours = [at - done for (at, _), done in zip(told, finished(logs(pods)[0]))]
        machine = {"raw_commit_ms": round(raw_commit_ms(bench.folder), 2),
                   "load": round(os.getloadavg()[0], 1)}
    with Fake("fake_comfyui", "--seconds", "0.5") as pods:
        theirs = []
        for number in range(1, peer_count + 1):
            old_rule(pods, pods.port, bench.folder, number)
            theirs.append(time.time() - finished(logs(pods)[0])[-1])
    ours, theirs = percentiles(ours), percentiles(theirs)
    return {"medusa": ours, "peer": theirs, "ratio_p50": round(theirs["p50"] / ours["p50"], 1),
            **machine}


def wait_done(pods, port, prompt_id):
    while prompt_id not in pods.get(f"/history/{prompt_id}", port=port).json():
        time.sleep(0.05)


def batches_of_three(pods, count):
    """Three pictures at a time, each to the next server; wait for all; pause."""
    with concurrent.futures.ThreadPoolExecutor(3) as threads:
        for start in range(0, count, 3):
            sent = []
            for number in range(start, min(start + 3, count)):
                port = pods.ports[number % len(pods.ports)]
                answer = pods.post("/prompt", {"prompt": graph(f"p{number}", 64)}, port=port)
                sent.append(threads.submit(wait_done, pods, port, answer.json()["prompt_id"]))
            concurrent.futures.wait(sent)
            time.sleep(2)


def busy(bench, count, peer_count):
    unequal = ("--pods", 16, "--seconds", ",".join(f"{s:.2f}" for s in UNEQUAL_S))
    small = ("--width", 64, "--height", 64)
    with Fake("fake_comfyui", *unequal) as pods:
        run = bench.batch(pods, count, *small)
        ours = {"busy": round(busy_part(pods), 4), "pictures_a_s": round(count / run["wall"], 1)}
    with Fake("fake_comfyui", *unequal) as pods:
        began = time.monotonic()
        batches_of_three(pods, peer_count)
        theirs = {"busy": round(busy_part(pods), 4),
                  "pictures_a_s": round(peer_count / (time.monotonic() - began), 1)}
    return {"pictures": count, "medusa": ours, "peer": theirs}


def many(bench, count):
    with Fake("fake_comfyui", "--pods", 64, "--seconds", 2) as pods:
        run = bench.batch(pods, count, "--width", 256, "--height", 256)
        return {"pods": 64, "pictures": count, "cores": round(run["cpu"] / run["wall"], 2),
                "rss_mb": round(run["mb"]), "busy": round(busy_part(pods), 3)}


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--latency", type=int, default=40)
    options.add_argument("--pictures", type=int, default=2000)
    options.add_argument("--many", type=int, default=640)
    options.add_argument("--peer", type=int, default=30)
    options.add_argument("--program", default=str(ROOT / "build/release/medusa"))
    wanted = options.parse_args()
    bench = Bench(wanted.program)
    try:
        found = {}
        if wanted.latency:
            found["after_last_frame_ms"] = after_last_frame(bench, wanted.latency,
                                                            max(1, wanted.peer // 3))
        if wanted.pictures:
            found["busy"] = busy(bench, wanted.pictures, wanted.peer)
        if wanted.many:
            found["many"] = many(bench, wanted.many)
        print(json.dumps(found, indent=1))
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
