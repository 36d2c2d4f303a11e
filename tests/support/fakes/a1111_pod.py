"""One server of the A1111 family: a global lock, the task that holds it, pictures that nobody can
fetch again."""

import asyncio
import collections
import time

from diary import Diary
from pictures import noise_png
from wire import Reset, Server

FINISHED_TASKS_KEPT = 16
FOREVER = 1e9
TICK_SECONDS_MAX = 0.05


class OutOfMemory(Exception):
    """The GPU was too small."""


class Task:
    """A request for pictures from its arrival on. `steps` counts over all its pictures."""

    def __init__(self, task_id, body, count, steps):
        self.task_id, self.body, self.count, self.steps = task_id, body, count, steps
        self.step, self.started, self.interrupted = 0, None, False


class A1111Pod:
    """`options`: dialect, seconds, models, loras, scripts, auth (see README.md)."""

    def __init__(self, index, options, plan, handler):
        self.index, self.options, self.plan = index, options, plan
        self.seconds = options.seconds[index % len(options.seconds)]
        self.dialect = options.dialect
        self.diary, self.life = Diary(index), 0
        self.server = Server(lambda request: handler(self, request), options.ports[index],
                             options.tls)
        self.forget()

    def forget(self):
        """What a restart loses."""
        self.lock, self.task, self.waiting, self.seen = asyncio.Lock(), None, [], {}
        self.finished = collections.deque(maxlen=FINISHED_TASKS_KEPT)
        self.model = self.options.models[0]
        self.clip_skip = 1

    async def start(self):
        await self.server.start()
        self.diary.note("up")

    async def restart(self, seconds, why="restart"):
        lost = [task.task_id for task in [self.task, *self.waiting] if task]
        self.diary.ends()
        self.diary.note("down", why=why, lost=lost)
        self.life += 1
        self.server.stop()
        self.forget()
        await asyncio.sleep(seconds)
        await self.start()

    async def run(self, task, paint):
        """Waits for its turn, lets the time pass and returns `paint()`. Raises OutOfMemory, Reset.
        """
        life = self.life
        self.diary.note("queued", id=task.task_id)
        self.waiting.append(task)
        async with self.lock:
            self.check_alive(life)
            self.waiting.remove(task)
            self.task, task.started = task, time.time()
            self.diary.note("started", id=task.task_id)
            self.diary.begins()
            fault = self.plan.at_start() or {}
            if fault:
                self.diary.note("fault", fault=fault["fault"], id=task.task_id)
            event = "failed"
            try:
                await self.work(task, fault, life)
                event = "stopped" if task.interrupted else "finished"
                return paint()
            finally:
                if life == self.life:
                    self.diary.note(event, id=task.task_id)
                    self.diary.ends()
                    self.task = None
                    self.finished.append(task.task_id)

    async def work(self, task, fault, life):
        kind = fault.get("fault")
        length = self.seconds * task.count * (fault.get("factor", 10) if kind == "slow" else 1)
        if kind == "stall":
            length = fault.get("seconds", FOREVER)
        if kind in ("restart", "die"):
            await asyncio.sleep(length / 2)
            down = FOREVER if kind == "die" else fault.get("seconds", 1.0)
            self.coming_back = asyncio.create_task(self.restart(down, kind))
            await asyncio.sleep(0)
            raise Reset
        begun = time.time()
        tick = min(length / task.steps, TICK_SECONDS_MAX)
        while (left := begun + length - time.time()) > 0:
            await asyncio.sleep(min(tick, left))
            self.check_alive(life)
            task.step = min(int(task.steps * (time.time() - begun) / length), task.steps)
            if task.interrupted:
                return
            if kind == "execution_error":
                raise OutOfMemory(fault.get("text", "CUDA out of memory. Tried to allocate 2.25 "
                                                    "GiB"))

    def check_alive(self, life):
        if life != self.life:
            raise Reset

    def interrupt(self):
        if self.task:
            self.diary.note("interrupted", id=self.task.task_id, asked=None)
            self.task.interrupted = True
        else:
            self.diary.note("interrupt_missed", asked=None)


def painted(width, height, seed, infotext):
    return noise_png(width, height, seed, [("parameters", infotext)])
