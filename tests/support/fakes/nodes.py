"""How a node class is described, and which classes a server with given packs and models has."""

import json
import pathlib

RECORDINGS = pathlib.Path(__file__).resolve().parents[2] / "data/recordings"
SEED_MAX = 2**64 - 1


def whole(default=0, least=0, most=2**31, step=1):
    return ["INT", {"default": default, "min": least, "max": most, "step": step}]


def real(default=1.0, least=0.0, most=1.0, step=0.01):
    return ["FLOAT", {"default": default, "min": least, "max": most, "step": step}]


def text(default="", multiline=False):
    return ["STRING", {"default": default, "multiline": multiline}]


def switch(default=False):
    return ["BOOLEAN", {"default": default}]


def one_of(*values, default=None):
    return [list(values), {"default": default}] if default is not None else [list(values)]


def file_in(folder):
    """A V1 list of the files in a models folder; filled in when the catalogue is made."""
    return [{"folder": folder}, {}]


SEED = ["INT", {"default": 0, "min": 0, "max": SEED_MAX, "control_after_generate": True}]


def node(required, outputs, optional=None, output_node=False, category="", module="nodes"):
    """`outputs` is a string of type names, in slot order."""
    types = outputs.split()
    inputs = {"required": {name: [kind] if isinstance(kind, str) else kind
                           for name, kind in required.items()}}
    if optional:
        inputs["optional"] = {name: [kind] if isinstance(kind, str) else kind
                              for name, kind in optional.items()}
    return {"input": inputs,
            "input_order": {group: list(names) for group, names in inputs.items()},
            "output": types, "output_is_list": [False] * len(types), "output_name": types,
            "description": "", "python_module": module, "category": category,
            "output_node": output_node}


def recorded(name):
    """A class exactly as the real server described it."""
    file = RECORDINGS / "comfyui-0.3.64" / f"object_info-{name}.json"
    return json.loads(file.read_text())["body"][name]


def filled(value, folders):
    """`value` with each folder mark replaced by that folder's files."""
    if isinstance(value, dict):
        if set(value) == {"folder"}:
            return list(folders.get(value["folder"], []))
        return {key: filled(item, folders) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, folders) for item in value]
    return value


def catalogue(packs, folders):
    """Class name to node info for these packs (a collection of names) and model folders."""
    import nodes_core
    import nodes_identity
    classes = {}
    for pack, members in {**nodes_core.PACKS, **nodes_identity.PACKS}.items():
        if pack in packs:
            classes.update(members)
    infos = {}
    for name, info in classes.items():
        infos[name] = {"name": name, "display_name": name, **filled(info, folders)}
    # These two are as recorded, V1 and V3, but for the files.
    infos["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0] = list(
        folders.get("checkpoints", []))
    infos["UpscaleModelLoader"]["input"]["required"]["model_name"][1]["options"] = list(
        folders.get("upscale_models", []))
    return infos


def pack_names():
    import nodes_core
    import nodes_identity
    return [*nodes_core.PACKS, *nodes_identity.PACKS]
