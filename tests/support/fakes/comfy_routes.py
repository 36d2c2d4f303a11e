"""ComfyUI's routes over one pod. Every route exists under /api too."""

import json
import posixpath
import re
import time
import urllib.parse
import uuid

import comfy_jobs
from comfy_pod import VERSIONS, Item
from graph_check import Check, problem
from http_faults import with_faults
from websocket import TEXT, fall_ill, upgrade
from wire import Response, html_response, json_response, text_response

FOLDERS = ["checkpoints", "configs", "loras", "vae", "text_encoders", "diffusion_models",
           "clip_vision", "style_models", "embeddings", "diffusers", "vae_approx", "controlnet",
           "gligen", "upscale_models", "custom_nodes", "hypernetworks", "photomaker",
           "classifiers", "model_patches", "audio_encoders"]
UPLOAD_BYTES_MAX = 100 * 1024 * 1024
GIB = 1 << 30


def not_found():
    return text_response("404: Not Found", 404)


def trouble():
    return text_response("500 Internal Server Error\n\nServer got itself in trouble", 500)


async def handle(pod, request):
    """A request with the plan's faults around it; the WebSocket has faults of its own."""
    if request.path.startswith("/_fake/"):
        return await pod.options.control(pod, request)
    token = pod.options.token
    if token and request.headers.get("authorization") != f"Bearer {token}":
        return text_response("401: Unauthorized", 401)
    if foreign_origin(request.headers):
        return text_response("403: Forbidden", 403)
    if request.path.removeprefix("/api") == "/ws":
        return web_socket(pod, request)

    async def inner(asked):
        try:
            return answer(pod, asked)
        except Exception as error:
            # As in the real server: whatever a handler raises is a 500.
            pod.diary.note("trouble", what=repr(error))
            return trouble()
    return await with_faults(pod.plan, pod.diary, pod.seen, request, inner)


def foreign_origin(headers):
    """The real server's guard against web pages that reach for a server on loopback."""
    origin, host = headers.get("origin"), headers.get("host", "")
    loopback = re.match(r"(localhost|127\.0\.0\.1|\[::1\])(:|$)", host)
    return bool(origin and loopback and urllib.parse.urlsplit(origin).netloc != host)


def answer(pod, request):
    """The route's answer. Raises where the real server's handler raises."""
    method, path = request.method, request.path
    if pod.new and path.startswith("/api/jobs"):
        return comfy_jobs.answer(pod, request) or not_found()
    path = path.removeprefix("/api") or "/"
    parts = path.strip("/").split("/")
    route = ROUTES.get((method, path)) or ROUTES_BELOW.get((method, parts[0])) \
        if len(parts) == 2 else ROUTES.get((method, path))
    if route is None:
        known = any(path == other for _method, other in ROUTES)
        return text_response("405: Method Not Allowed", 405) if known else not_found()
    return route(pod, request) if (method, path) in ROUTES else route(pod, request, parts[1])


# Prompts.

def post_prompt(pod, request):
    body = request.json()
    number = pod.next_number(body)
    if "prompt" not in body:
        return refused(pod, None, problem("no_prompt", "No prompt provided", "No prompt provided"))
    prompt_id, prompt = pod.own_id(body), body["prompt"]
    if pod.new and not comfy_jobs.is_canonical(prompt_id):
        return refused(pod, prompt_id, problem(
            "invalid_prompt_id", "prompt_id must be a UUID in canonical lowercase hyphenated form",
            str(prompt_id)))
    pod.diary.note("received", id=prompt_id, asked_id=body.get("prompt_id"),
                   client_id=body.get("client_id"))
    check = Check(pod.catalogue, lambda name: pod.folders.annotated(name) is not None, pod.new)
    error, outputs, node_errors = check.check(prompt)
    if error:
        return refused(pod, prompt_id, error, node_errors)
    if fault := pod.plan.at_submit():
        pod.diary.note("fault", fault="node_errors", id=prompt_id)
        node_errors = dropped_branch(prompt, fault)
    extra = dict(body.get("extra_data") or {})
    if "client_id" in body:
        extra["client_id"] = body["client_id"]
    if pod.new:
        extra["create_time"] = int(time.time() * 1000)
    pod.diary.note("queued", id=prompt_id, client_id=body.get("client_id"), number=number)
    pod.put(Item(number, prompt_id, prompt, extra, outputs))
    return json_response({"prompt_id": prompt_id, "number": number, "node_errors": node_errors})


def refused(pod, prompt_id, error, node_errors=None):
    pod.diary.note("refused", id=prompt_id, why=error["type"])
    return json_response({"error": error, "node_errors": node_errors or {}}, 400)


def dropped_branch(prompt, fault):
    node_id = fault.get("node", next(iter(prompt)))
    return {node_id: {"errors": [problem("value_not_in_list", "Value not in list",
                                         fault.get("text", "name: 'x' not in []"))],
                      "dependent_outputs": [node_id],
                      "class_type": prompt.get(node_id, {}).get("class_type", "Unknown")}}


def get_prompt(pod, _request):
    return json_response({"exec_info": {"queue_remaining": pod.remaining()}})


def get_queue(pod, _request):
    return json_response({"queue_running": [pod.running.row()] if pod.running else [],
                          "queue_pending": [item.row() for item in pod.pending()]})


def post_queue(pod, request):
    body = request.json()
    if body.get("clear"):
        pod.clear_pending()
    for prompt_id in body.get("delete", ()):
        pod.delete_pending(prompt_id)
    return Response(200)


def post_interrupt(pod, request):
    asked = None
    if pod.flavour != "older" and request.body:
        try:
            asked = request.json().get("prompt_id")
        except ValueError:
            asked = None
    pod.interrupt(asked, asked)
    return Response(200)


def get_history(pod, request):
    entries = list(pod.history.items())
    offset = int(request.query.get("offset", -1))
    most = int(request.query.get("max_items", len(entries)))
    if offset < 0:
        offset = max(len(entries) - most, 0)
    return json_response(dict(entries[offset:offset + most]))


def get_history_of(pod, _request, prompt_id):
    found = pod.history.get(prompt_id)
    return json_response({prompt_id: found} if found else {})


def post_history(pod, request):
    body = request.json()
    if body.get("clear"):
        pod.history.clear()
    for prompt_id in body.get("delete", ()):
        pod.history.pop(prompt_id, None)
    return Response(200)


# Files.

def get_view(pod, request):
    name, kind = request.query.get("filename"), request.query.get("type", "output")
    if name is None:
        return Response(404)
    if name.startswith("/") or ".." in name or kind not in ("output", "input", "temp"):
        return Response(400)
    subfolder = posixpath.normpath(request.query.get("subfolder", "") or ".")
    if subfolder.startswith(("..", "/")):
        return Response(403)
    data = pod.folders.find(kind, "" if subfolder == "." else subfolder, posixpath.basename(name))
    if data is None:
        pod.diary.note("view_missed", name=name)
        return Response(404)
    pod.diary.note("view", name=name, subfolder=subfolder, bytes=len(data))
    return Response(200, data, "image/jpeg" if data[:2] == b"\xff\xd8" else "image/png",
                    [("Content-Disposition", f'filename="{name}"')])


def form(request):
    """Fields of a multipart form: name to (file name or None, bytes)."""
    found = re.search(r'boundary="?([^";]+)', request.headers.get("content-type", ""))
    if not found:
        raise ValueError("no form")
    fields = {}
    for part in request.body.split(b"--" + found[1].encode())[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        head = head.decode("utf-8", "replace")
        name = re.search(r'[; ]name="([^"]*)"', head)
        file = re.search(r'filename="([^"]*)"', head)
        if name:
            fields[name[1]] = (file[1] if file else None, data.removesuffix(b"\r\n"))
    return fields


def post_upload(pod, request):
    if len(request.body) > UPLOAD_BYTES_MAX:
        return text_response("413: Request Entity Too Large", 413)
    fields = form(request)

    def value(name, default=""):
        return fields[name][1].decode() if name in fields else default

    name, data = fields.get("image", (None, b""))
    if not name:
        return Response(400)
    kind = value("type", "input")
    subfolder = posixpath.normpath(value("subfolder") or ".")
    if subfolder.startswith(("..", "/")):
        return Response(400)
    subfolder = "" if subfolder == "." else subfolder
    stored = pod.folders.upload(kind, subfolder, posixpath.basename(name), data,
                                value("overwrite") in ("true", "1"))
    pod.diary.note("upload", name=stored, subfolder=subfolder, bytes=len(data))
    return json_response({"name": stored, "subfolder": subfolder, "type": kind})


# What the server is and has.

def object_info(pod):
    pod.catalogue["LoadImage"]["input"]["required"]["image"][0] = pod.folders.inputs()
    return pod.catalogue


def get_models_of(pod, _request, folder):
    if folder in pod.models or folder in FOLDERS:
        return json_response(list(pod.models.get(folder, [])))
    return Response(404)


def get_models(pod, _request):
    return json_response(FOLDERS + [name for name in pod.models if name not in FOLDERS])


def get_system_stats(pod, _request):
    device = "cpu" if pod.options.device == "cpu" else "cuda:0 NVIDIA RTX A5000 : cudaMallocAsync"
    return json_response({
        "system": {"os": "posix", "ram_total": 16 * GIB, "ram_free": 8 * GIB,
                   "comfyui_version": VERSIONS[pod.flavour], "required_frontend_version": "1.27.10",
                   "installed_templates_version": "0.1.95",
                   "required_templates_version": "0.1.95", "python_version": "3.11",
                   "pytorch_version": "2.x", "embedded_python": False,
                   "argv": ["main.py", "--listen", "127.0.0.1"]},
        "devices": [{"name": device, "type": device.split(":")[0],
                     "index": None if device == "cpu" else 0, "vram_total": 16 * GIB,
                     "vram_free": 16 * GIB, "torch_vram_total": 16 * GIB,
                     "torch_vram_free": 16 * GIB}]})


def get_features(pod, _request):
    if pod.flavour == "older":
        return not_found()
    return json_response({"supports_preview_metadata": True,
                          "max_upload_size": UPLOAD_BYTES_MAX})


def post_free(pod, request):
    pod.free_asked = bool(request.json().get("free_memory"))
    pod.wake.set()
    return Response(200)


ROUTES = {
    ("GET", "/"): lambda pod, request: html_response("ComfyUI"),
    ("POST", "/prompt"): post_prompt, ("GET", "/prompt"): get_prompt,
    ("GET", "/queue"): get_queue, ("POST", "/queue"): post_queue,
    ("POST", "/interrupt"): post_interrupt,
    ("GET", "/history"): get_history, ("POST", "/history"): post_history,
    ("GET", "/view"): get_view, ("POST", "/upload/image"): post_upload,
    ("GET", "/object_info"): lambda pod, request: json_response(object_info(pod)),
    ("GET", "/models"): get_models,
    ("GET", "/embeddings"): lambda pod, request: json_response(
        [name.rsplit(".", 1)[0] for name in pod.models.get("embeddings", [])]),
    ("GET", "/system_stats"): get_system_stats, ("GET", "/features"): get_features,
    ("POST", "/free"): post_free,
}
ROUTES_BELOW = {
    ("GET", "history"): get_history_of, ("GET", "models"): get_models_of,
    ("GET", "object_info"): lambda pod, request, name: json_response(
        {name: object_info(pod)[name]} if name in pod.catalogue else {}),
}


def web_socket(pod, request):
    """/ws. On its end the client's id is forgotten, also where a newer socket has taken it over: a
    bug of the real servers that leaves the newer one deaf."""
    fault = pod.plan.at_socket() or {}
    if fault.get("fault") == "ws_refuse":
        return html_response("Bad gateway", fault.get("status", 502))
    client_id = request.query.get("clientId") or uuid.uuid4().hex

    async def serve(socket):
        pod.diary.note("ws_open", client_id=client_id, fault=fault.get("fault"))
        sockets = pod.sockets
        sockets[client_id] = socket
        socket.send_json({"type": "status", "data": {**pod.status(), "sid": client_id}})
        running = pod.running
        if running and running.client_id == client_id and pod.last_node is not None:
            socket.send_json({"type": "executing", "data": {"node": pod.last_node}})
        if fault:
            fall_ill(socket, fault)
        first = True
        while (message := await socket.receive()) is not None:
            if first and message[0] == TEXT and pod.flavour != "older":
                greet(socket, message[1])
            first = False
        sockets.pop(client_id, None)
        pod.diary.note("ws_close", client_id=client_id)

    return upgrade(request, serve)


def greet(socket, payload):
    """The first message may say what the client can do."""
    try:
        message = json.loads(payload)
    except ValueError:
        return
    if isinstance(message, dict) and message.get("type") == "feature_flags":
        socket.wants_metadata = bool(message.get("data", {}).get("supports_preview_metadata"))
        socket.send_json({"type": "feature_flags", "data": {
            "supports_preview_metadata": True, "max_upload_size": UPLOAD_BYTES_MAX}})
