"""Faults around a request handler: what the caller sees although the handler does its work."""

import asyncio
import base64
import email.utils
import json
import math
import time

from pictures import wrong_picture
from wire import Reset, Response, html_response, text_response

GIGABYTE = 1 << 30
BOMB_DEPTH = 200_000
REMEMBERED_BYTES_MAX = 64 * 1024


def bomb():
    """Deeply nested JSON."""
    return Response(200, b"[" * BOMB_DEPTH + b"]" * BOMB_DEPTH, "application/json; charset=utf-8")


def changed(what, answer, request, seen):
    """`answer` as this fault makes it; `seen` maps targets to earlier answers."""
    fault = what["fault"]
    if fault == "reset_after":
        raise Reset
    if not isinstance(answer, Response):
        return answer
    if fault == "truncate":
        answer.cut = int(len(answer.body) * what.get("at", 0.5))
    elif fault == "drip":
        answer.drip_seconds = what.get("seconds", 1.0)
    elif fault == "stale":
        return seen.get(request.target, answer)
    elif fault == "wrong_picture" and answer.status == 200:
        answer.body = with_wrong_picture(what.get("kind", "black"), answer)
    elif fault == "claim":
        answer.claimed_bytes = what.get("bytes", GIGABYTE)
    elif fault == "endless":
        answer.claimed_bytes, answer.endless = what.get("bytes", GIGABYTE), True
    elif fault == "json_bomb":
        return bomb()
    return answer


def with_wrong_picture(kind, answer):
    """The body with another picture: it is one, or it is JSON with pictures in base64."""
    if not (answer.content_type or "").startswith("application/json"):
        return wrong_picture(kind, answer.body)
    told = json.loads(answer.body)
    if isinstance(told, dict) and told.get("images"):
        told["images"] = [base64.b64encode(wrong_picture(kind, base64.b64decode(image))).decode()
                          for image in told["images"]]
    return json.dumps(told).encode()


def with_reset_time(what, answer):
    """As Cloudinary tells when its limit starts anew."""
    if "reset_seconds" in what:
        # A date has whole seconds: rounded up, so that nobody is let in early.
        moment = math.ceil(time.time() + what["reset_seconds"])
        answer.headers.append(("X-FeatureRateLimit-Reset",
                               email.utils.formatdate(moment, usegmt=True)))
    return answer


async def with_faults(plan, diary, seen, request, handler):
    """Runs `handler(request)` under the plan. Raises Reset."""
    faults = plan.at_request(request.method, request.path)
    for what in faults:
        diary.note("fault", fault=what["fault"], route=f"{request.method} {request.path}")
        if what["fault"] == "delay":
            await asyncio.sleep(what.get("seconds", 1.0))
        elif what["fault"] == "reset_before":
            raise Reset
        elif what["fault"] == "status":
            return with_reset_time(what, text_response(
                what.get("text", "error"), what.get("status", 500),
                what.get("content_type", "text/plain; charset=utf-8")))
        elif what["fault"] == "html":
            return html_response(what.get("text", "Pod is starting"), what.get("status", 200))
    answer = await handler(request)
    now = answer
    for what in faults:
        answer = changed(what, answer, request, seen)
    if request.method == "GET" and len(getattr(now, "body", b"")) < REMEMBERED_BYTES_MAX:
        seen[request.target] = now
    return answer
