"""Prompts for tests: the recorded graph with other values, sent to a fake and waited for."""

import http.client
import json
import uuid

import recordings
from running import wait_for

UUID = "0b8e9b1e-7c1d-4b7e-9b0c-2f6f6a1b2c3d"
GRAPH = next(event["request"]["prompt"] for event in recordings.load(
    "comfyui-0.3.64", "txt2img")["events"] if event.get("http") == "POST /prompt")
BROKEN = (OSError, http.client.HTTPException)


def graph(seed=1, size=64, **changes):
    copy = json.loads(json.dumps(GRAPH))
    copy["3"]["inputs"]["seed"] = seed
    copy["5"]["inputs"].update(width=size, height=size)
    for key, value in changes.items():
        node_id, name = key[1:].split("_", 1)
        copy[node_id]["inputs"][name] = value
    return copy


def prompt(fake, graph_, prompt_id=None, **more):
    return fake.post("/prompt", {"prompt": graph_, "prompt_id": prompt_id or str(uuid.uuid4()),
                                 "client_id": "c1"}, **more)


def history(fake, prompt_id, seconds=10, port=None):
    """The entry once it is there."""
    return wait_for(lambda: fake.get(f"/history/{prompt_id}", port=port).json().get(prompt_id),
                    seconds)


def plan(*rules, **options):
    arguments = ["--faults", json.dumps(list(rules))]
    for name, value in options.items():
        arguments += [f"--{name}", value]
    return arguments
