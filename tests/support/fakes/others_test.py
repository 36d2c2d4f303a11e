"""A1111 and Forge, and the proxy of RunPod, beyond what was recorded."""

import asyncio
import base64
import http.client
import json
import time
import unittest

import websocket
from pictures import picture_size
from running import Fake, wait_for


class A1111(unittest.TestCase):
    BODY = {"prompt": "an elf", "steps": 4, "width": 64, "height": 64, "seed": 42}

    def test_a_picture_and_what_is_told_of_it(self):
        with Fake("fake_a1111", "--seconds", 0.05, "--models", "diving,other") as fake:
            told = fake.post("/sdapi/v1/txt2img", {
                **self.BODY, "batch_size": 2,
                "override_settings": {"sd_model_checkpoint": "other"}}).json()
            info = json.loads(told["info"])
            self.assertEqual(info["all_seeds"], [42, 43])
            self.assertEqual((info["sd_model_name"], info["index_of_first_image"]), ("other", 0))
            self.assertEqual([picture_size(base64.b64decode(image)) for image in told["images"]],
                             [(64, 64)] * 2)

    def test_refusals(self):
        with Fake("fake_a1111", "--auth", "anna:secret") as fake:
            self.assertEqual(fake.get("/sdapi/v1/samplers").status, 401)
            told = {"Authorization": "Basic " + base64.b64encode(b"anna:secret").decode()}
            cases = [("txt2img", {"sampler_name": "nope"}, 400, "Sampler not found"),
                     ("img2img", {}, 404, "Init image not found"),
                     ("txt2img", {"alwayson_scripts": {"ADetailer": {}}}, 422,
                      "always on script ADetailer not found")]
            for route, more, status, detail in cases:
                answer = fake.post(f"/sdapi/v1/{route}", {**self.BODY, **more}, headers=told)
                self.assertEqual((answer.status, answer.json()["detail"]), (status, detail))

    def test_progress_by_task_and_interrupt(self):
        with Fake("fake_a1111", "--seconds", 5) as fake:
            raw = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=20)
            raw.request("POST", "/sdapi/v1/txt2img",
                        json.dumps({**self.BODY, "force_task_id": "task(a)"}))
            told = wait_for(lambda: fake.events("started") and fake.post(
                "/internal/progress", {"id_task": "task(a)"})).json()
            self.assertEqual((told["active"], told["completed"]), (True, False))
            self.assertEqual(fake.get("/sdapi/v1/progress").json()["state"]["job_count"], 1)
            fake.post("/sdapi/v1/interrupt")
            self.assertEqual(raw.getresponse().status, 200)
            self.assertTrue(fake.post("/internal/progress",
                                      {"id_task": "task(a)"}).json()["completed"])
            raw.close()


class Proxy(unittest.TestCase):
    def test_cold_silent_and_plain(self):
        with Fake("fake_a1111", "--seconds", 3) as pod, \
             Fake("fake_runpod_proxy", "--to", pod.port, "--cold", 3, "--silence", 1) as proxy:
            cold = proxy.get("/sdapi/v1/samplers")
            self.assertEqual((cold.status, cold.body[:9]), (502, b"<!DOCTYPE"))
            wait_for(lambda: proxy.get("/sdapi/v1/samplers").status == 200)
            self.assertEqual(proxy.post("/sdapi/v1/txt2img", A1111.BODY).status, 524)
            wait_for(lambda: pod.events("finished"))

    def test_websockets_pass_until_they_are_dropped(self):
        async def life(proxy):
            socket = await websocket.connect(proxy.port, "/ws?clientId=c1")
            first = json.loads((await socket.receive())[1])
            begun = time.monotonic()
            end = await socket.receive()
            socket.writer.close()
            return first["data"]["sid"], end, time.monotonic() - begun
        with Fake("fake_comfyui") as pod, \
             Fake("fake_runpod_proxy", "--to", pod.port, "--websocket-seconds", 0.5) as proxy:
            sid, end, seconds = asyncio.run(life(proxy))
            self.assertEqual((sid, end), ("c1", None))
            self.assertLess(seconds, 5)


if __name__ == "__main__":
    unittest.main()
