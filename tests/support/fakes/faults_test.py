"""What a fault plan makes of a ComfyUI server."""

import asyncio
import json
import time
import unittest
import uuid

import websocket
from pictures import noise_png, picture_size
from prompts import BROKEN, UUID, graph, history, plan, prompt
from running import Fake, wait_for


class Faults(unittest.TestCase):
    def test_a_swallowed_answer_leaves_the_prompt_queued(self):
        with Fake("fake_comfyui", *plan({"fault": "reset_after", "route": "POST /prompt",
                                         "times": 1})) as fake:
            with self.assertRaises(BROKEN):
                prompt(fake, graph(), UUID)
            self.assertTrue(history(fake, UUID)["status"]["completed"])
            self.assertEqual(prompt(fake, graph(2)).status, 200)

    def test_a_reset_before_leaves_nothing(self):
        rule = {"fault": "reset_before", "route": "POST /prompt"}
        with Fake("fake_comfyui", *plan(rule)) as fake:
            with self.assertRaises(BROKEN):
                prompt(fake, graph(), UUID)
            self.assertEqual(fake.events("received"), [])

    def test_a_restart_loses_queue_and_history_and_keeps_the_port(self):
        with Fake("fake_comfyui", "--seconds", 0.2) as fake:
            first = prompt(fake, graph(1)).json()["prompt_id"]
            history(fake, first)
            fake.post("/_fake/speed", {"seconds": 5})
            second = prompt(fake, graph(2)).json()["prompt_id"]
            fake.post("/_fake/restart", {"seconds": 2})
            wait_for(lambda: not fake.is_up())
            with self.assertRaises(ConnectionRefusedError):
                fake.get("/queue")
            wait_for(fake.is_up)
            self.assertEqual(fake.get("/history").json(), {})
            self.assertEqual(fake.get("/queue").json()["queue_running"], [])
            self.assertEqual(fake.events("down")[0]["lost"], [second])
            self.assertEqual(fake.get("/view?filename=job1_00001_.png&subfolder=medusa").status,
                             200)

    def test_a_restart_in_the_plan_and_death(self):
        rules = plan({"fault": "restart", "after": 1, "times": 1, "seconds": 0.1},
                     {"fault": "die", "times": 1})
        with Fake("fake_comfyui", "--seconds", 0.2, *rules) as fake:
            prompt_id = prompt(fake, graph()).json()["prompt_id"]
            self.assertEqual(wait_for(lambda: fake.events("down"))[0]["lost"], [prompt_id])
            self.assertFalse(fake.is_up())
            fake.control("POST", "restart?pod=0", {"seconds": 0})
            wait_for(fake.is_up)
            prompt(fake, graph())
            wait_for(lambda: len(fake.events("down")) == 3)
            self.assertEqual([event["why"] for event in fake.events("down")],
                             ["die", "restart", "restart"])
            wait_for(fake.is_up)

    def test_completion_before_history(self):
        async def watch(fake):
            socket = await websocket.connect(fake.port, "/ws?clientId=c1")
            prompt(fake, graph(), UUID)
            last = None
            while last != {"node": None, "prompt_id": UUID}:
                last = json.loads((await asyncio.wait_for(socket.receive(), 10))[1])["data"]
            told = fake.get(f"/history/{UUID}").json()
            socket.writer.close()
            return told
        with Fake("fake_comfyui", "--seconds", 0.1,
                  *plan({"fault": "late_history", "seconds": 0.5})) as fake:
            self.assertEqual(asyncio.run(watch(fake)), {})
            self.assertTrue(history(fake, UUID)["status"]["completed"])

    def test_ill_websockets(self):
        async def frames(fake):
            socket = await websocket.connect(fake.port, "/ws?clientId=c1")
            await socket.receive()
            await asyncio.sleep(0.6)
            prompt(fake, graph(), str(uuid.uuid4()))
            try:
                return await asyncio.wait_for(socket.receive(), 0.5)
            except asyncio.TimeoutError:
                return "silence"
            finally:
                socket.writer.close()
        for fault, expected in (("ws_deaf", "silence"), ("ws_drop", None)):
            with Fake("fake_comfyui", *plan({"fault": fault, "seconds": 0.1})) as fake:
                self.assertEqual(asyncio.run(frames(fake)), expected)

    def test_bodies_and_pictures_that_are_wrong(self):
        view = "/view?filename=a.png&type=input"
        original = noise_png(64, 64, 5)
        cases = [({"fault": "html"}, lambda a: a.body.startswith(b"<!DOCTYPE")),
                 ({"fault": "status", "status": 503}, lambda a: a.status == 503),
                 ({"fault": "wrong_picture", "kind": "empty"}, lambda a: a.body == b""),
                 ({"fault": "wrong_picture", "kind": "wrong_size"},
                  lambda a: picture_size(a.body) not in (None, (64, 64))),
                 ({"fault": "wrong_picture", "kind": "black"},
                  lambda a: picture_size(a.body) == (64, 64) and a.body != original),
                 ({"fault": "wrong_picture", "kind": "sixteen_bit"}, lambda a: a.body[24] == 16),
                 ({"fault": "json_bomb"}, lambda a: a.body.startswith(b"[[[["))]
        with Fake("fake_comfyui") as fake:
            fake.upload("a.png", original)
            self.assertEqual(fake.get(view).body, original)
            for rule, wrong in cases:
                fake.post("/_fake/faults", [{**rule, "route": "GET /view"}])
                self.assertTrue(wrong(fake.get(view)), rule)
            for rule in ({"fault": "truncate"}, {"fault": "reset_before"}):
                fake.post("/_fake/faults", [{**rule, "route": "GET /view"}])
                with self.assertRaises(BROKEN):
                    fake.get(view)

    def test_a_stall_and_an_error(self):
        with Fake("fake_comfyui", "--seconds", 0.1,
                  *plan({"fault": "execution_error", "times": 1, "text": "no memory"})) as fake:
            prompt(fake, graph(), UUID)
            kind, told = history(fake, UUID)["status"]["messages"][-1]
            self.assertEqual((kind, told["exception_message"], told["node_id"]),
                             ("execution_error", "no memory", "3"))
            fake.post("/_fake/faults", [{"fault": "stall"}])
            hung = prompt(fake, graph(2)).json()["prompt_id"]
            time.sleep(0.5)
            self.assertEqual(fake.get("/queue").json()["queue_running"][0][1], hung)
            fake.post("/interrupt", {"prompt_id": hung})
            self.assertEqual(history(fake, hung)["status"]["messages"][-1][0],
                             "execution_interrupted")

    def test_the_same_seed_gives_the_same_faults(self):
        def outcomes(seed):
            with Fake("fake_comfyui", *plan({"fault": "status", "route": "GET /queue", "p": 0.5},
                                            seed=seed)) as fake:
                return [fake.get("/queue").status for _ in range(24)]
        self.assertEqual(outcomes(7), outcomes(7))
        self.assertNotEqual(outcomes(7), outcomes(8))

    def test_pods_have_speeds_of_their_own(self):
        with Fake("fake_comfyui", "--pods", 2, "--seconds", "0.1,1") as fake:
            for port in fake.ports:
                prompt(fake, graph(), UUID, port=port)
                history(fake, UUID, port=port)
            fast, slow = (pod["busy"][0][1] - pod["busy"][0][0]
                          for pod in fake.control("GET", "log")["pods"])
            self.assertGreater(slow, fast + 0.5)


if __name__ == "__main__":
    unittest.main()
