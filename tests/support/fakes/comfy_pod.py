"""One ComfyUI server: its queue, its history, the sockets it tells, and the worker that takes one
prompt after the other. Queue and history live in memory, as the real ones do."""

import asyncio
import heapq
import itertools
import uuid

import nodes
from comfy_files import Folders
from comfy_run import Interrupted, NodeFailed, PromptRun
from diary import Diary
from wire import Server

HISTORY_ENTRIES_MAX = 10000
VERSIONS = {"older": "0.3.30", "old": "0.3.64", "new": "0.36.0"}
STALL_SECONDS = 0.02


class Item:
    """A prompt in the queue: what the five columns of /queue show."""

    def __init__(self, number, prompt_id, prompt, extra_data, outputs):
        self.number, self.prompt_id, self.prompt = number, prompt_id, prompt
        self.extra_data, self.outputs = extra_data, outputs
        self.client_id = extra_data.get("client_id")
        self.stopped = False

    def row(self):
        return [self.number, self.prompt_id, self.prompt, self.extra_data, self.outputs]


class ComfyPod:
    """`options`: flavour, seconds, load_seconds, packs, folders, previews, token (see README.md).
    """

    def __init__(self, index, options, plan, handler):
        self.index, self.options, self.plan = index, options, plan
        self.seconds = options.seconds[index % len(options.seconds)]
        self.diary, self.folders = Diary(index), Folders()
        self.flavour = options.flavour
        self.new = self.flavour == "new"
        self.catalogue = nodes.catalogue(options.packs, options.folders)
        self.models = options.folders
        self.server = Server(lambda request: handler(self, request), options.ports[index],
                             options.tls)
        self.worker = None
        self.forget()

    def forget(self):
        """What a restart loses."""
        self.queue, self.order, self.running, self.history = [], itertools.count(), None, {}
        self.sockets, self.cache, self.number, self.seen = {}, {}, 0, {}
        self.free_asked, self.last_node = False, None
        self.wake = asyncio.Event()
        self.folders.forget_temporary()

    async def start(self):
        await self.server.start()
        self.worker = asyncio.create_task(self.work())
        self.diary.note("up")

    def stop(self, why):
        """The process ends: connections break, queue and history are gone, files stay."""
        lost = [item.prompt_id for _key, _n, item in self.queue]
        if self.running:
            lost.insert(0, self.running.prompt_id)
        self.diary.ends()
        self.diary.note("down", why=why, lost=lost)
        self.server.stop()
        worker, self.worker = self.worker, None
        self.forget()
        if worker:
            worker.cancel()

    async def restart(self, seconds, why="restart"):
        self.stop(why)
        await asyncio.sleep(seconds)
        await self.start()

    # What clients are told.

    def tell(self, kind, data, client_id):
        """To one client, or to everybody where the prompt named none."""
        message = {"type": kind, "data": data}
        for socket in self.sockets_of(client_id):
            socket.send_json(message)

    def sockets_of(self, client_id):
        if client_id is None:
            return list(self.sockets.values())
        return [self.sockets[client_id]] if client_id in self.sockets else []

    def status(self):
        return {"status": {"exec_info": {"queue_remaining": self.remaining()}}}

    def tell_status(self):
        self.tell("status", self.status(), None)

    # The queue.

    def remaining(self):
        return len(self.queue) + (1 if self.running else 0)

    def next_number(self, body):
        """Also a prompt that is refused afterwards uses up a number."""
        if "number" in body:
            return float(body["number"])
        number = -self.number if body.get("front") else self.number
        self.number += 1
        return number

    def put(self, item):
        heapq.heappush(self.queue, (item.number, next(self.order), item))
        self.tell_status()
        self.wake.set()

    def pending(self):
        return [item for _key, _n, item in sorted(self.queue, key=lambda entry: entry[:2])]

    def delete_pending(self, prompt_id):
        for entry in self.queue:
            if entry[2].prompt_id == prompt_id:
                self.queue.remove(entry)
                heapq.heapify(self.queue)
                self.diary.note("deleted", id=prompt_id)
                if not self.queue:
                    # The real server empties its list in another way, which tells twice.
                    self.tell_status()
                self.tell_status()
                return True
        return False

    def clear_pending(self):
        for item in self.pending():
            self.diary.note("deleted", id=item.prompt_id)
        self.queue = []
        self.tell_status()

    def interrupt(self, prompt_id, asked):
        """Stops what runs; with an id only if that one runs. `asked` is for the diary: the id that
        the caller named, or None for "whatever runs". Whether something was stopped."""
        running = self.running
        if not running or (prompt_id is not None and running.prompt_id != prompt_id):
            self.diary.note("interrupt_missed", asked=asked)
            return False
        if not running.stopped:
            self.diary.note("interrupted", id=running.prompt_id, client_id=running.client_id,
                            asked=asked)
        running.stopped = True
        return True

    # The worker.

    async def work(self):
        while True:
            while not self.queue:
                self.free_memory()
                self.wake.clear()
                await self.wake.wait()
            _key, _n, self.running = heapq.heappop(self.queue)
            self.tell_status()
            await self.run_one(self.running)
            self.free_memory()

    def free_memory(self):
        if self.free_asked:
            self.cache, self.free_asked = {}, False

    async def run_one(self, item):
        self.diary.note("started", id=item.prompt_id, client_id=item.client_id)
        self.diary.begins()
        classes = {node["class_type"] for node in item.prompt.values()}
        fault = self.plan.at_start(classes) or {}
        if fault:
            self.diary.note("fault", fault=fault["fault"], id=item.prompt_id)
        run = PromptRun(self, item, fault)
        event = "finished"
        try:
            await run.run()
            if fault.get("fault") == "history_gap":
                await asyncio.sleep(fault.get("seconds", 0.3))
        except Interrupted:
            event = "stopped" if item.stopped else "lost"
            if item.stopped:
                run.interrupted()
        except NodeFailed as failed:
            event = "failed"
            run.failed(failed)
        await self.close(item, run, fault, event)

    async def close(self, item, run, fault, event):
        """History first, then the last frames; unless the fault says otherwise."""
        self.diary.note(event, id=item.prompt_id, client_id=item.client_id,
                        images=[image["filename"] for output in run.outputs.values()
                                for image in output["images"]])
        self.diary.ends()
        self.last_node = None
        late = fault.get("seconds", 2.0) if fault.get("fault") == "late_history" else None
        if late is None and fault.get("fault") != "lose":
            self.remember(item.prompt_id, run.entry())
        self.running = None
        self.tell_status()
        if item.client_id is not None and fault.get("fault") != "lose":
            self.tell("executing", {"node": None, "prompt_id": item.prompt_id}, item.client_id)
        if late is not None:
            history = self.history
            asyncio.get_running_loop().call_later(
                late, lambda: history is self.history
                and self.remember(item.prompt_id, run.entry()))

    def remember(self, prompt_id, entry):
        while len(self.history) >= HISTORY_ENTRIES_MAX:
            self.history.pop(next(iter(self.history)))
        self.history[prompt_id] = entry

    async def pause(self, item, until):
        """Lets time go by until then, on the loop's clock. Raises Interrupted."""
        wait = until - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)
        if item.stopped:
            raise Interrupted

    async def stall(self, item, seconds):
        """A worker that hangs: only an interrupt or a restart ends it."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            await self.pause(item, loop.time() + STALL_SECONDS)

    def own_id(self, body):
        """The prompt's id: the caller's, except on servers from before that field."""
        if self.flavour == "older" or "prompt_id" not in body:
            return str(uuid.uuid4())
        return str(body["prompt_id"])
