"""One prompt going through a ComfyUI server: its frames in the recorded order, the cache, the files
it saves, and the faults that strike it."""

import asyncio
import json
import struct
import time

from graph_run import result_size, run_order, signatures
from nodes_identity import FILES_NEEDED, NO_FACE
from pictures import PREVIEW_JPEG
from websocket import BINARY

# Share of a prompt's time by node class; a graph with one sampler takes just --seconds.
WEIGHTS = {"KSampler": 17.0, "KSamplerAdvanced": 17.0, "SamplerCustomAdvanced": 17.0,
           "FaceDetailer": 8.0, "VAEDecode": 2.0, "VAEEncode": 1.0}
USUAL_WEIGHT = 19.0
MODEL_LOADERS = {"CheckpointLoaderSimple", "UNETLoader"}
STEPPED = {"KSampler", "KSamplerAdvanced", "SamplerCustomAdvanced", "FaceDetailer"}
OUT_OF_MEMORY = ("torch.OutOfMemoryError", "Allocation on device\nThis error means you ran out of "
                 "memory on your GPU.\n\nTIPS: If the workflow worked before you might have "
                 "accidentally set the batch_size to a large number.")
FOREVER = 1e9


class Interrupted(Exception):
    """Somebody stopped the prompt."""


class NodeFailed(Exception):
    """A node raised."""

    def __init__(self, node_id, kind, message):
        super().__init__(message)
        self.node_id, self.kind, self.message = node_id, kind, message


def timestamp():
    return int(time.time() * 1000)


class PromptRun:
    """`outputs` and `messages` are what the history shows afterwards."""

    def __init__(self, pod, item, fault):
        self.pod, self.item, self.fault = pod, item, fault
        self.prompt, self.client_id = item.prompt, item.client_id
        self.outputs, self.messages, self.executed, self.progress = {}, [], [], {}
        self.success = False
        folders = pod.folders
        self.keys = signatures(self.prompt, folders.annotated_hash)
        pod.cache = {key: value for key, value in pod.cache.items()
                     if key in set(self.keys.values())}
        self.cached = {node_id for node_id in self.prompt
                       if self.keys.get(node_id) in pod.cache}
        if self.is_fault("cached_answer"):
            self.cached = set(self.prompt)

    def is_fault(self, name):
        return self.fault.get("fault") == name

    # Frames.

    def message(self, kind, data, to_all=False):
        """A frame that the history keeps too."""
        data = {**data, "timestamp": timestamp()}
        self.messages.append([kind, data])
        if self.client_id is not None or to_all:
            self.pod.tell(kind, data, self.client_id)

    def frame(self, kind, data):
        if self.client_id is not None:
            self.pod.tell(kind, {**data, "prompt_id": self.item.prompt_id}, self.client_id)

    def show_progress(self, node_id, value, most, state):
        self.progress[node_id] = {
            "value": value, "max": most, "state": state, "node_id": node_id,
            "prompt_id": self.item.prompt_id, "display_node_id": node_id,
            "parent_node_id": None, "real_node_id": node_id}
        if self.pod.flavour != "older":
            self.pod.tell("progress_state", {"prompt_id": self.item.prompt_id,
                                             "nodes": self.progress}, self.client_id)

    def show_preview(self, node_id):
        asked = self.item.extra_data.get("preview_method") if self.pod.new else None
        if not self.pod.options.previews and asked in (None, "none", "default"):
            return
        for socket in self.pod.sockets_of(self.client_id):
            if getattr(socket, "wants_metadata", False):
                told = json.dumps({"node_id": node_id, "prompt_id": self.item.prompt_id,
                                   "display_node_id": node_id, "parent_node_id": None,
                                   "real_node_id": node_id, "image_type": "image/jpeg"}).encode()
                payload = struct.pack(">II", 4, len(told)) + told + PREVIEW_JPEG
            else:
                payload = struct.pack(">II", 1, 1) + PREVIEW_JPEG
            socket.send(BINARY, payload)

    # Running.

    async def run(self):
        """Raises NodeFailed or Interrupted."""
        pod, prompt_id = self.pod, self.item.prompt_id
        self.message("execution_start", {"prompt_id": prompt_id})
        self.message("execution_cached", {
            "nodes": [node_id for node_id in self.prompt if node_id in self.cached],
            "prompt_id": prompt_id})
        order = run_order(self.prompt, self.item.outputs, self.cached,
                          lambda node_id: node_id in self.item.outputs)
        await self.strike()
        fresh = [node_id for node_id in order if node_id not in self.cached]
        total = sum(map(self.weight, fresh))
        self.second = self.pace() / max(total, USUAL_WEIGHT)
        self.clock = asyncio.get_running_loop().time()
        for node_id in order:
            if node_id in self.cached:
                self.from_cache(node_id)
            else:
                await self.run_node(node_id)
        self.message("execution_success", {"prompt_id": prompt_id})
        self.success = True

    def pace(self):
        return self.pod.seconds * (self.fault.get("factor", 10) if self.is_fault("slow") else 1)

    def weight(self, node_id):
        return WEIGHTS.get(self.prompt[node_id]["class_type"], 0.0)

    async def strike(self):
        """Faults that end a prompt before its first node."""
        pod, seconds = self.pod, self.fault.get("seconds", 1.0)
        if self.is_fault("stall"):
            await pod.stall(self.item, self.fault.get("seconds", FOREVER))
        elif self.is_fault("lose"):
            raise Interrupted
        elif self.is_fault("restart") or self.is_fault("die"):
            await pod.pause(self.item, asyncio.get_running_loop().time() + self.pace() / 2)
            down = FOREVER if self.is_fault("die") else seconds
            # The task that runs here ends with the pod, so another one brings it back.
            pod.coming_back = asyncio.create_task(pod.restart(down, self.fault["fault"]))
            await asyncio.sleep(FOREVER)

    def from_cache(self, node_id):
        """Only nodes that save are told again."""
        output = self.pod.cache.get(self.keys[node_id])
        if self.is_fault("cached_answer"):
            output = {"images": [{"filename": self.fault.get("file", "gone_00001_.png"),
                                  "subfolder": "", "type": "output"}]}
        if output:
            self.outputs[node_id] = output
            self.frame("executed", {"node": node_id, "display_node": node_id, "output": output})
        self.show_progress(node_id, 1, 1, "finished")

    async def run_node(self, node_id):
        name = self.prompt[node_id]["class_type"]
        self.show_progress(node_id, 0.0, 1.0, "running")
        self.pod.last_node = node_id
        self.frame("executing", {"node": node_id, "display_node": node_id})
        if name in MODEL_LOADERS:
            self.clock += self.pod.options.load_seconds
        self.fail_if_it_must(node_id, name)
        if name in STEPPED:
            await self.run_steps(node_id)
        else:
            self.clock += self.second * self.weight(node_id)
            await self.pod.pause(self.item, self.clock)
        output = self.save(node_id, name)
        if output:
            self.outputs[node_id] = output
            self.frame("executed", {"node": node_id, "display_node": node_id, "output": output})
        self.pod.cache[self.keys[node_id]] = output
        self.executed.append(node_id)
        done = self.progress[node_id]
        self.show_progress(node_id, done["max"], done["max"], "finished")

    def steps(self, node_id):
        """Of a sampler; the custom one has them from its scheduler."""
        for inputs in (self.prompt[node_id]["inputs"],
                       *(node.get("inputs", {}) for node in self.prompt.values())):
            if isinstance(inputs.get("steps"), int):
                return inputs["steps"]
        return 1

    async def run_steps(self, node_id):
        steps = self.steps(node_id)
        begun, length = self.clock, self.second * self.weight(node_id)
        for step in range(1, steps + 1):
            self.clock = begun + length * step / steps
            await self.pod.pause(self.item, self.clock)
            self.show_progress(node_id, step, steps, "running")
            self.pod.tell("progress", {"value": step, "max": steps,
                                       "prompt_id": self.item.prompt_id, "node": node_id},
                          self.client_id)
            self.show_preview(node_id)

    def fail_if_it_must(self, node_id, name):
        if self.is_fault("execution_error") and name in STEPPED:
            kind, message = OUT_OF_MEMORY
            raise NodeFailed(node_id, self.fault.get("kind", kind),
                             self.fault.get("text", message))
        if self.is_fault("no_face") and name in NO_FACE:
            raise NodeFailed(node_id, "Exception", NO_FACE[name])
        for folder, word in FILES_NEEDED.get(name, ()):
            if not self.pod.models.get(folder):
                raise NodeFailed(node_id, "Exception", f"{word} model not found.")
        if name == "LoadImage":
            image = self.prompt[node_id]["inputs"]["image"]
            if self.pod.folders.annotated_size(image) is None:
                raise NodeFailed(node_id, "PIL.UnidentifiedImageError",
                                 f"cannot identify image file 'ComfyUI/input/{image}'\n")

    def save(self, node_id, name):
        if name not in ("SaveImage", "PreviewImage"):
            return None
        width, height, count = result_size(self.prompt, node_id, self.pod.folders.annotated_size)
        kind, prefix = "temp", "ComfyUI_temp"
        if name == "SaveImage":
            kind, prefix = "output", self.prompt[node_id]["inputs"]["filename_prefix"]
            if prefix.startswith("/") or ".." in prefix.split("/"):
                raise NodeFailed(node_id, "Exception",
                                 "Saving image outside the output folder is not allowed.")
        source = self.prompt[node_id]["inputs"]["images"][0]
        seed = int(self.keys[source][:15], 16)
        return {"images": self.pod.folders.save(kind, prefix, width, height, count, seed,
                                                self.prompt)}

    # The end.

    def failed(self, error):
        node = self.prompt[error.node_id]
        self.message("execution_error", {
            "prompt_id": self.item.prompt_id, "node_id": error.node_id,
            "node_type": node["class_type"], "executed": self.executed,
            "exception_message": error.message, "exception_type": error.kind,
            "traceback": ["  File \"ComfyUI/execution.py\", line 496, in execute\n"],
            "current_inputs": {name: [value] for name, value in node["inputs"].items()
                               if not isinstance(value, list)},
            "current_outputs": list(self.prompt)})

    def interrupted(self):
        node_id = self.pod.last_node or self.item.outputs[0]
        self.message("execution_interrupted", {
            "prompt_id": self.item.prompt_id, "node_id": node_id,
            "node_type": self.prompt[node_id]["class_type"], "executed": self.executed},
            to_all=True)

    def entry(self):
        """What /history shows."""
        return {"prompt": self.item.row(), "outputs": self.outputs,
                "status": {"status_str": "success" if self.success else "error",
                           "completed": self.success, "messages": self.messages},
                "meta": {node_id: {"node_id": node_id, "display_node": node_id,
                                   "parent_node": None, "real_node_id": node_id}
                         for node_id in self.outputs}}
