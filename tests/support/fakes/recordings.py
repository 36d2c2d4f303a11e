"""The recordings as test data, and what it means that an answer is like a recorded one."""

import asyncio
import base64
import json
import pathlib
import re

import websocket
from pictures import picture_size

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "data/recordings"
# Values that cannot be the same: only their type counts.
FREE = {"timestamp", "traceback", "argv", "ram_free"}
UNORDERED = {"current_outputs"}
COUNTER = re.compile(r"_\d{5}_\.png")
FRAME_SECONDS_MAX = 20


def load(server, name):
    return json.loads((FOLDER / server / f"{name}.json").read_text())


def names(server):
    return {path.stem for path in (FOLDER / server).glob("*.json")}


def differences(recorded, got, where="", shapes_only=False):
    """Where `got` is not like `recorded`, as lines of text."""
    if isinstance(recorded, dict) and isinstance(got, dict):
        if set(recorded) != set(got):
            return [f"{where}: keys {sorted(recorded)} became {sorted(got)}"]
        return [line for key in recorded for line in differences(
            recorded[key], got[key], f"{where}.{key}", shapes_only or key in FREE)
            if key not in UNORDERED or sorted(recorded[key]) != sorted(got[key])]
    if isinstance(recorded, list) and isinstance(got, list):
        if shapes_only:
            got, recorded = got[:1], recorded[:1]
        if len(recorded) != len(got):
            return [f"{where}: {len(recorded)} entries became {len(got)}"]
        return [line for number, (one, other) in enumerate(zip(recorded, got))
                for line in differences(one, other, f"{where}[{number}]", shapes_only)]
    if isinstance(recorded, str) and isinstance(got, str):
        recorded, got = (COUNTER.sub("_N_.png", text) for text in (recorded, got))
    if type(recorded) is not type(got):
        return [f"{where}: {recorded!r} became {got!r}"]
    return [] if shapes_only or recorded == got else [f"{where}: {recorded!r} became {got!r}"]


def answer_differences(recorded, answer, shapes_only=False):
    """The same for a whole HTTP answer; a recorded picture stands for any PNG of 128 x 128."""
    lines = []
    if answer.status != recorded["status"]:
        return [f"status {recorded['status']} became {answer.status}: {answer.body[:300]}"]
    if "content_type" in recorded and (recorded["content_type"] or None) != answer.content_type:
        lines.append(f"content type {recorded['content_type']!r} became {answer.content_type!r}")
    body = recorded["body"]
    if isinstance(body, str) and re.fullmatch(r"<\d+ bytes>", body):
        if picture_size(answer.body) != (128, 128):
            lines.append("not a picture of 128 x 128")
        return lines
    if isinstance(body, str):
        return lines + differences(body, answer.body.decode())
    return lines + differences(body, answer.json(), shapes_only=shapes_only)


class Replay:
    """Sends what was sent, each request once the frames before it in the recording have come."""

    def __init__(self, fake, case):
        self.fake, self.events = fake, case["events"]
        self.problems, self.frames = [], []

    async def run(self):
        """Lines that say what went otherwise than recorded."""
        client_id = next(event["ws_text"]["data"]["sid"] for event in self.events
                         if "ws_text" in event)
        self.socket = await websocket.connect(self.fake.port, f"/ws?clientId={client_id}")
        for event in self.events:
            if "http" in event:
                method, target = event["http"].split(" ", 1)
                answer = self.fake.ask(method, target, event.get("request"))
                self.problems += [f"{event['http']}: {line}"
                                  for line in answer_differences(event, answer)]
            else:
                await self.compare_frame(event)
            if self.problems:
                break
        self.socket.writer.close()
        return self.problems

    async def compare_frame(self, event):
        try:
            kind, payload = await asyncio.wait_for(self.socket.receive(), FRAME_SECONDS_MAX)
        except asyncio.TimeoutError:
            self.problems.append(f"no frame, but there was {str(event)[:300]}")
            return
        if "ws_text" in event:
            got = json.loads(payload) if kind == websocket.TEXT else "<binary>"
            self.problems += differences(event["ws_text"], got, "frame")
        elif kind != websocket.BINARY or payload[:16] != base64.b64decode(
                event["ws_binary_head_base64"]):
            self.problems.append(f"not the recorded binary frame: {payload[:60]!r}")
