"""txt2img and img2img: what is refused, how large the pictures are, what is told about them."""

import base64
import hashlib
import json
import random
import re
import uuid

from a1111_pod import OutOfMemory, Task, painted
from pictures import picture_size
from wire import Response

SIDE_MAX = 16384
SEED_END = 2**32
VERSIONS = {"a1111": "v1.10.1", "forge": "f2.0.1v1.10.1-previous-665-gae278f79"}
DEFAULTS = {"steps": 50, "cfg_scale": 7.0, "width": 512, "height": 512, "batch_size": 1,
            "n_iter": 1, "seed": -1, "denoising_strength": 0.75, "prompt": "",
            "negative_prompt": "", "hr_scale": 2.0}
SDCPP_DEFAULTS = {**DEFAULTS, "steps": 20}
WHOLE = ("steps", "width", "height", "batch_size", "n_iter", "seed")


def plain_json(data, status=200):
    """As FastAPI and sd.cpp write it: without a charset."""
    return Response(status, json.dumps(data).encode(), "application/json")


def refused(status, detail, kind="HTTPException", errors=None):
    return plain_json({"error": kind, "detail": detail, "body": "",
                       "errors": detail if errors is None else errors}, status)


def unprocessable(field, message):
    return plain_json({"detail": [{"loc": ["body", field], "msg": message,
                                   "type": "type_error.integer"}]}, 422)


def problem_of(pod, body, image_to_image, samplers):
    """The refusal of a request's body, or None."""
    for field in WHOLE:
        if field in body and (not isinstance(body[field], (int, float)) or body[field] % 1):
            return unprocessable(field, "value is not a valid integer")
    sides = [body.get(side, 512) for side in ("width", "height")]
    if not all(8 <= side <= SIDE_MAX for side in sides):
        return refused(500, "", "RuntimeError", f"invalid size {sides}")
    sampler = body.get("sampler_name") or body.get("sampler_index") or "Euler"
    if sampler.lower() not in {name.lower() for name in samplers}:
        return refused(400, "Sampler not found")
    if image_to_image and not body.get("init_images"):
        return refused(404, "Init image not found")
    for script in body.get("alwayson_scripts") or {}:
        if script.lower() not in pod.options.scripts:
            return refused(422, f"always on script {script} not found")
    if script := body.get("script_name"):
        if script.lower() not in pod.options.scripts:
            return refused(422, f"Script '{script}' not found")
    return None


def decoded(image):
    """Bytes of base64 or a data URI. Raises ValueError."""
    return base64.b64decode(image.partition(",")[2] if image.startswith("data:") else image,
                            validate=True)


class Order:
    """What a request asks for, with the defaults filled in."""

    def __init__(self, pod, body, image_to_image):
        given = {**(SDCPP_DEFAULTS if pod.dialect == "sdcpp" else DEFAULTS), **body}
        self.given, self.pod = given, pod
        self.steps = max(int(given["steps"]), 1)
        self.count = max(int(given["batch_size"]) * int(given["n_iter"]), 1)
        self.width, self.height = int(given["width"]), int(given["height"])
        self.seed = int(given["seed"])
        if self.seed < 0:
            self.seed = random.SystemRandom().randrange(SEED_END)
        if given.get("enable_hr") and not image_to_image:
            self.width = int(given.get("hr_resize_x") or self.width * given["hr_scale"])
            self.height = int(given.get("hr_resize_y") or self.height * given["hr_scale"])
        asked = (given.get("override_settings") or {}).get("sd_model_checkpoint")
        # The real server ignores the name of a model that it does not have.
        self.model = pod.options.model_named(asked) or pod.model
        self.sampler = given.get("sampler_name") or given.get("sampler_index") or "Euler"

    def infotext(self, index):
        given = self.given
        lines = [given["prompt"]]
        if given["negative_prompt"]:
            lines.append(f"Negative prompt: {given['negative_prompt']}")
        lines.append(f"Steps: {self.steps}, Sampler: {self.sampler}, CFG scale: "
                     f"{given['cfg_scale']}, Seed: {self.seed + index}, Size: {self.width}x"
                     f"{self.height}, Model hash: {short_hash(self.model)}, Model: {self.model}")
        return "\n".join(lines)

    def picture(self, index):
        return painted(self.width, self.height, f"{self.seed + index}/{self.given['prompt']}",
                       self.infotext(index))

    def info(self, first, seeds):
        given, count = self.given, self.count
        return json.dumps({
            "prompt": given["prompt"], "all_prompts": [given["prompt"]] * count,
            "negative_prompt": given["negative_prompt"],
            "all_negative_prompts": [given["negative_prompt"]] * count,
            "seed": self.seed, "all_seeds": seeds, "subseed": 1, "all_subseeds": [1] * count,
            "subseed_strength": 0, "width": self.width, "height": self.height,
            "sampler_name": self.sampler, "cfg_scale": given["cfg_scale"], "steps": self.steps,
            "batch_size": given["batch_size"], "sd_model_name": self.model,
            "sd_model_hash": short_hash(self.model), "sd_vae_name": None,
            "denoising_strength": given.get("denoising_strength"), "extra_generation_params": {},
            "index_of_first_image": first,
            "infotexts": [self.infotext(index) for index in range(count)], "styles": [],
            "job_timestamp": "20260101000000", "clip_skip": 1,
            "version": VERSIONS[self.pod.dialect]})


def whole_hash(model):
    return hashlib.sha256(model.encode()).hexdigest()


def short_hash(model):
    return whole_hash(model)[:10]


async def pictures(pod, request, image_to_image, samplers):
    """POST txt2img and img2img of A1111 and Forge. Blocks until the pictures are there."""
    body = request.json()
    pod.diary.note("received", asked_id=body.get("force_task_id"))
    if problem := problem_of(pod, body, image_to_image, samplers):
        pod.diary.note("refused", why=problem.body.decode()[:200])
        return problem
    if image_to_image:
        for image in body["init_images"]:
            try:
                fine = picture_size(decoded(image)) is not None
            except ValueError:
                fine = False
            if not fine:
                return refused(500, "Invalid encoded image")
    order = Order(pod, body, image_to_image)
    task = Task(body.get("force_task_id") or f"task({uuid.uuid4().hex[:15]})", body, order.count,
                order.steps * order.count)

    def paint():
        pod.model = order.model
        return [order.picture(index) for index in range(order.count)]

    try:
        made = await pod.run(task, paint)
    except OutOfMemory as error:
        return refused(500, "", "OutOfMemoryError", str(error))
    first = 0
    if body.get("save_images") and len(made) > 1:
        # A contact sheet of all comes first when the server saves pictures.
        made.insert(0, painted(order.width * 2, order.height * 2, order.seed, "grid"))
        first = 1
    seeds = [order.seed + index for index in range(order.count)]
    shown = made if body.get("send_images", True) else []
    return plain_json({"images": [base64.b64encode(data).decode() for data in shown],
                       "parameters": {**DEFAULTS, **body, "init_images": None},
                       "info": order.info(first, seeds)})


async def sdcpp_pictures(pod, request, image_to_image):
    """The same in stable-diffusion.cpp's dialect: it echoes what it got and tells nothing else."""
    if not request.body:
        return plain_json({"error": "empty body"}, 400)
    try:
        body = request.json()
    except ValueError as error:
        return plain_json({"error": "invalid request", "message": str(error)}, 400)
    if not body.get("prompt"):
        return plain_json({"error": "prompt required"}, 400)
    if re.search(r"<lora:[^>]*>", body["prompt"]):
        return plain_json({"error": "lora syntax in the prompt is not supported"}, 400)
    order = Order(pod, body, image_to_image)
    pod.diary.note("received", asked_id=None)
    task = Task(uuid.uuid4().hex, body, order.count, order.steps * order.count)
    try:
        made = await pod.run(task, lambda: [order.picture(index)
                                            for index in range(order.count)])
    except OutOfMemory as error:
        return plain_json({"error": "server_error", "message": str(error)}, 500)
    return plain_json({"images": [base64.b64encode(data).decode() for data in made], "info": "",
                       "parameters": {name: body[name] for name in sorted(body)}})
