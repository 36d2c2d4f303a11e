"""The /sdapi/v1 routes of A1111, Forge and stable-diffusion.cpp over one pod."""

import base64
import json
import pathlib
import time

from a1111_pictures import (pictures, plain_json, refused, sdcpp_pictures, short_hash, whole_hash)
from http_faults import with_faults
from wire import Response, html_response, text_response

RECORDINGS = pathlib.Path(__file__).resolve().parents[2] / "data/recordings/stable-diffusion.cpp"
SAMPLERS = ["DPM++ 2M", "DPM++ SDE", "DPM++ 2M SDE", "DPM++ 2M SDE Heun", "DPM++ 2S a",
            "DPM++ 3M SDE", "Euler a", "Euler", "LMS", "Heun", "DPM2", "DPM2 a", "DPM fast",
            "DPM adaptive", "Restart", "DDIM", "PLMS", "UniPC", "LCM"]
SCHEDULERS = ["automatic", "uniform", "karras", "exponential", "polyexponential", "sgm_uniform"]
UPSCALERS = ["None", "Lanczos", "Nearest", "ESRGAN_4x", "R-ESRGAN 4x+", "R-ESRGAN 4x+ Anime6B"]


def recorded(name):
    return json.loads((RECORDINGS / f"{name}.json").read_text())["body"]


async def handle(pod, request):
    if request.path.startswith("/_fake/"):
        return await pod.options.control(pod, request)
    if refusal := unauthorized(pod, request):
        return refusal

    async def inner(asked):
        try:
            if pod.dialect == "sdcpp":
                return await sdcpp_answer(pod, asked)
            return await answer(pod, asked)
        except ValueError:
            return plain_json({"detail": [{"loc": ["body", 0], "msg": "Expecting value",
                                           "type": "value_error.jsondecode"}]}, 422)
    return await with_faults(pod.plan, pod.diary, pod.seen, request, inner)


def unauthorized(pod, request):
    """With --auth the routes of the API ask for Basic authentication, /internal does not."""
    if not pod.options.auth or not request.path.startswith("/sdapi/"):
        return None
    given = request.headers.get("authorization")
    if given == "Basic " + base64.b64encode(pod.options.auth.encode()).decode():
        return None
    answer_401 = plain_json({"detail": "Incorrect username or password" if given
                             else "Not authenticated"}, 401)
    answer_401.headers.append(("WWW-Authenticate", "Basic"))
    return answer_401


async def answer(pod, request):
    place = (request.method, request.path)
    if place == ("POST", "/sdapi/v1/txt2img"):
        return await pictures(pod, request, False, SAMPLERS)
    if place == ("POST", "/sdapi/v1/img2img"):
        return await pictures(pod, request, True, SAMPLERS)
    if place in ROUTES:
        return ROUTES[place](pod, request)
    own = FORGE_ROUTES if pod.dialect == "forge" else A1111_ROUTES
    if place in own:
        return own[place](pod, request)
    known = any(request.path == path for _method, path in ROUTES)
    return plain_json({"detail": "Method Not Allowed" if known else "Not Found"},
                      405 if known else 404)


# Progress.

def get_progress(pod, _request):
    """Of whatever task holds the lock, not of the caller's."""
    task = pod.task
    state = {"skipped": False, "interrupted": bool(task and task.interrupted),
             "stopping_generation": False, "job": "", "job_count": task.count if task else 0,
             "job_timestamp": "20260101000000", "job_no": 0,
             "sampling_step": task.step if task else 0,
             "sampling_steps": task.steps if task else 0}
    share = task.step / task.steps if task else 0.0
    return plain_json({"progress": share, "eta_relative": eta(task), "state": state,
                       "current_image": None, "textinfo": None})


def eta(task):
    if not task or not task.step:
        return 0.0
    return (time.time() - task.started) * (task.steps - task.step) / task.step


def post_internal_progress(pod, request):
    asked = request.json().get("id_task")
    active = bool(pod.task and pod.task.task_id == asked)
    queued = any(task.task_id == asked for task in pod.waiting)
    told = {"active": active, "queued": queued, "completed": asked in pod.finished,
            "progress": None, "eta": None, "live_preview": None, "id_live_preview": -1,
            "textinfo": "Waiting..." if not active else None}
    if active:
        told |= {"progress": pod.task.step / pod.task.steps, "eta": eta(pod.task)}
    elif queued:
        place = [task.task_id for task in pod.waiting].index(asked) + 1
        told["textinfo"] = f"In queue: {place}/{len(pod.waiting)}"
    return plain_json(told)


def get_pending_tasks(pod, _request):
    return plain_json({"size": len(pod.waiting), "tasks": [task.task_id for task in pod.waiting]})


def post_interrupt(pod, _request):
    pod.interrupt()
    return plain_json({})


# What the server has.

def model_entry(name):
    return {"title": f"{name}.safetensors [{short_hash(name)}]", "model_name": name,
            "hash": short_hash(name), "sha256": whole_hash(name),
            "filename": f"models/Stable-diffusion/{name}.safetensors", "config": None}


def get_options(pod, _request):
    return plain_json({"samples_format": "png", "sd_vae": "Automatic",
                       "sd_model_checkpoint": model_entry(pod.model)["title"],
                       "CLIP_stop_at_last_layers": pod.clip_skip})


def post_options(pod, request):
    body = request.json()
    asked = body.get("sd_model_checkpoint")
    if asked is not None:
        model = pod.options.model_named(asked)
        if model is None:
            return refused(500, "", "RuntimeError", f"model '{asked}' not found")
        pod.model = model
    pod.clip_skip = body.get("CLIP_stop_at_last_layers", pod.clip_skip)
    return plain_json(None)


def get_scripts(pod, _request):
    return plain_json({"txt2img": pod.options.scripts, "img2img": pod.options.scripts})


def fixed(data):
    return lambda pod, request: plain_json(data)


V1 = "/sdapi/v1/"
ROUTES = {
    ("GET", "/"): lambda pod, request: html_response("Stable Diffusion"),
    ("GET", V1 + "progress"): get_progress,
    ("POST", "/internal/progress"): post_internal_progress,
    ("GET", "/internal/pending-tasks"): get_pending_tasks,
    ("POST", V1 + "interrupt"): post_interrupt, ("POST", V1 + "skip"): post_interrupt,
    ("GET", V1 + "options"): get_options, ("POST", V1 + "options"): post_options,
    ("GET", V1 + "sd-models"): lambda pod, request: plain_json(
        [model_entry(name) for name in pod.options.models]),
    ("GET", V1 + "samplers"): fixed([{"name": name, "aliases": ["k_" + name.lower()],
                                      "options": {}} for name in SAMPLERS]),
    ("GET", V1 + "schedulers"): fixed([
        {"name": name, "label": name.capitalize(), "aliases": None, "default_rho": -1.0,
         "need_inner_model": False} for name in SCHEDULERS]),
    ("GET", V1 + "upscalers"): fixed([
        {"name": name, "model_name": None, "model_path": None, "model_url": None, "scale": 4.0}
        for name in UPSCALERS]),
    ("GET", V1 + "loras"): lambda pod, request: plain_json(
        [{"name": name, "alias": name, "path": f"models/Lora/{name}.safetensors", "metadata": {}}
         for name in pod.options.loras]),
    ("GET", V1 + "scripts"): get_scripts,
    ("GET", V1 + "script-info"): fixed([]),
    ("GET", V1 + "embeddings"): fixed({"loaded": {}, "skipped": {}}),
    ("GET", V1 + "face-restorers"): fixed([{"name": "CodeFormer", "cmd_dir": None}]),
    ("GET", V1 + "memory"): fixed({"ram": {"free": 8e9, "used": 8e9, "total": 16e9},
                                   "cuda": {"system": {"free": 12e9, "used": 4e9,
                                                       "total": 16e9}}}),
    ("GET", V1 + "cmd-flags"): fixed({"api": True, "api_auth": None, "listen": False}),
    ("POST", V1 + "refresh-checkpoints"): fixed(None),
    ("POST", V1 + "refresh-loras"): fixed(None),
    ("POST", V1 + "unload-checkpoint"): fixed({}), ("POST", V1 + "reload-checkpoint"): fixed({}),
}
A1111_ROUTES = {("GET", V1 + "sd-vae"): fixed([])}
FORGE_ROUTES = {("GET", V1 + "sd-modules"): fixed([])}


# stable-diffusion.cpp: a few routes; all else is 404 without a word.

async def sdcpp_answer(pod, request):
    method, path = request.method, request.path
    if method == "POST" and path in (V1 + "txt2img", V1 + "img2img"):
        return await sdcpp_pictures(pod, request, path.endswith("img2img"))
    if method == "GET" and path == "/":
        return text_response(recorded("root"), content_type="text/html")
    name = path.removeprefix(V1)
    if method == "GET" and name in ("samplers", "schedulers", "upscalers"):
        return plain_json(recorded(name))
    if method == "GET" and name == "loras":
        return plain_json([{"name": lora, "path": f"{lora}.safetensors"}
                           for lora in pod.options.loras])
    if method == "GET" and name == "options":
        return plain_json({"samples_format": "png", "sd_model_checkpoint": pod.model})
    if method == "GET" and name == "sd-models":
        return plain_json([{"config": None, "filename": f"{pod.model}.safetensors",
                            "hash": "8" * 10, "model_name": pod.model, "sha256": "8" * 64,
                            "title": pod.model}])
    return Response(404)
