"""Checks signatures of Cloudinary calls, written from the published algorithm and nothing else:
medusa's signer is tested against it, so the two share no line.

Signed is every parameter that was sent, except NOT_SIGNED and those without a value: written as
key=value (version 2: each & in it as %26), sorted, joined by &, followed by the secret. SHA-1 and
SHA-256 are told apart by the length of the digest.
"""

import hashlib
import hmac
import pathlib
import sys

NOT_SIGNED = {"file", "cloud_name", "resource_type", "api_key", "signature"}
DIGESTS = {40: "sha1", 64: "sha256"}


def text_to_sign(fields, version=2):
    """`fields`: names to values, as they were sent."""
    pairs = []
    for name, value in fields.items():
        if value == "" or name in NOT_SIGNED:
            continue
        pair = name + "=" + value
        pairs.append(pair.replace("&", "%26") if version == 2 else pair)
    return "&".join(sorted(pairs))


def digest(text, secret, algorithm):
    return hashlib.new(algorithm, (text + secret).encode()).hexdigest()


def is_valid(fields, secret, signature, allowed=("sha1", "sha256")):
    algorithm = DIGESTS.get(len(signature))
    if algorithm not in allowed:
        return False
    return hmac.compare_digest(digest(text_to_sign(fields), secret, algorithm), signature)


def official_signer():
    """f(fields, secret, digits of the digest) of Cloudinary's Python library; None without it."""
    root = pathlib.Path(__file__).resolve().parents[3]
    sys.path += [str(path) for path in root.glob(".deps/test-python/lib/python3*/site-packages")]
    try:
        from cloudinary.utils import api_sign_request
    except ImportError:
        return None
    return lambda fields, secret, digits: api_sign_request(dict(fields), secret, DIGESTS[digits])
