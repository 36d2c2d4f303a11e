"""What running a graph means without a GPU: the order of nodes, what the cache holds, and how large
the pictures become."""

import hashlib
import json
import re

from graph_check import is_link

# Where the size of a node's result comes from, first match wins.
SIZED_INPUTS = ("latent_image", "samples", "pixels", "images", "image")
KONTEXT_PIXELS = 1024 * 1024


def links(node):
    return [value for value in node.get("inputs", {}).values() if is_link(value)]


def signatures(prompt, file_hash):
    """Node id to the key of its result: class, values and ancestors, but not the node's id.

    `file_hash(name)` stands for the content of an uploaded file.
    """
    known = {}

    def sign(node_id):
        if node_id not in known:
            node = prompt[node_id]
            inputs = [[name, [sign(value[0]), value[1]] if is_link(value) else value]
                      for name, value in sorted(node.get("inputs", {}).items())]
            if node["class_type"] == "LoadImage":
                inputs.append(["changed", file_hash(node["inputs"]["image"])])
            key = json.dumps([node["class_type"], inputs], default=str)
            known[node_id] = hashlib.sha256(key.encode()).hexdigest()
        return known[node_id]

    for node_id in prompt:
        if all(link[0] in prompt for link in links(prompt[node_id])):
            sign(node_id)
    return known


def wanted(prompt, outputs, cached):
    """Nodes to visit for these outputs, in the server's order of taking them up: a stack, so that
    the last input's branch comes first. What is cached is not looked behind."""
    pending, stack = {}, []
    for output in outputs:
        stack.append(output)
        while stack:
            node_id = stack.pop()
            if node_id in pending:
                continue
            pending[node_id] = [link[0] for link in links(prompt[node_id])
                                if link[0] not in cached]
            if node_id not in cached:
                stack.extend(pending[node_id])
    return pending


def run_order(prompt, outputs, cached, is_output):
    """Node ids in the order in which the server runs them.

    Among the nodes that could run, one that saves comes first, then one whose result goes straight
    into saving, then one two steps before; otherwise the first that was taken up.
    """
    waits = {node_id: set(sources) if node_id not in cached else set()
             for node_id, sources in wanted(prompt, outputs, cached).items()}
    needs = {node_id: [other for other, sources in waits.items() if node_id in sources]
             for node_id in waits}
    saving = {node_id for node_id in waits if is_output(node_id)}
    order = []
    while waits:
        ready = [node_id for node_id, sources in waits.items() if not sources]
        nearest = [
            [n for n in ready if n in saving],
            [n for n in ready if any(m in saving for m in needs[n])],
            [n for n in ready if any(k in saving for m in needs[n] for k in needs[m])], ready]
        chosen = next(group for group in nearest if group)[0]
        order.append(chosen)
        del waits[chosen]
        for sources in waits.values():
            sources.discard(chosen)
    return order


def scaled(width, height, factor, step=8):
    return (max(int(width * factor) // step * step, step),
            max(int(height * factor) // step * step, step))


def result_size(prompt, node_id, file_size):
    """(width, height, how many) of the pictures that a node makes; (512, 512, 1) if unknown."""
    node = prompt[node_id]
    inputs, name = node.get("inputs", {}), node["class_type"]
    if name.startswith("Empty") and name.endswith("LatentImage"):
        return inputs["width"], inputs["height"], inputs["batch_size"]
    if name == "LoadImage":
        return (*(file_size(inputs["image"]) or (64, 64)), 1)
    source = next((inputs[key] for key in SIZED_INPUTS if is_link(inputs.get(key))), None)
    width, height, count = (result_size(prompt, source[0], file_size) if source
                            else (512, 512, 1))
    if name in ("ImageScale", "LatentUpscale") and inputs["width"] and inputs["height"]:
        return inputs["width"], inputs["height"], count
    if name in ("ImageScaleBy", "LatentUpscaleBy"):
        step = 1 if name == "ImageScaleBy" else 8
        return (*scaled(width, height, inputs["scale_by"], step), count)
    if name == "ImageScaleToTotalPixels":
        factor = (inputs["megapixels"] * 1024 * 1024 / (width * height)) ** 0.5
        return (*scaled(width, height, factor, 1), count)
    if name == "FluxKontextImageScale":
        return (*scaled(width, height, (KONTEXT_PIXELS / (width * height)) ** 0.5, 16), count)
    if name == "ImageUpscaleWithModel":
        model = str(prompt[inputs["upscale_model"][0]]["inputs"].get("model_name", ""))
        found = re.search(r"(\d)x|x(\d)", model.lower())
        factor = int(found[1] or found[2]) if found else 4
        return width * factor, height * factor, count
    if name == "LatentFromBatch":
        return width, height, min(inputs["length"], count)
    return width, height, count
