"""What the fakes add to the recordings: other versions, faults, restarts, the proxy."""

import asyncio
import base64
import http.client
import json
import time
import unittest
import uuid

import recordings
import websocket
from pictures import noise_png, picture_size
from running import Fake

UUID = "0b8e9b1e-7c1d-4b7e-9b0c-2f6f6a1b2c3d"
GRAPH = next(event["request"]["prompt"] for event in recordings.load(
    "comfyui-0.3.64", "txt2img")["events"] if event.get("http") == "POST /prompt")
BROKEN = (OSError, http.client.HTTPException)


def graph(seed=1, size=64, **changes):
    copy = json.loads(json.dumps(GRAPH))
    copy["3"]["inputs"]["seed"] = seed
    copy["5"]["inputs"].update(width=size, height=size)
    for key, value in changes.items():
        node_id, name = key[1:].split("_", 1)
        copy[node_id]["inputs"][name] = value
    return copy


def prompt(fake, graph_, prompt_id=None, **more):
    return fake.post("/prompt", {"prompt": graph_, "prompt_id": prompt_id or str(uuid.uuid4()),
                                 "client_id": "c1"}, **more)


def history(fake, prompt_id, seconds=10, port=None):
    """The entry once it is there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if entry := fake.get(f"/history/{prompt_id}", port=port).json().get(prompt_id):
            return entry
        time.sleep(0.02)
    raise AssertionError("no history")


def plan(*rules, **options):
    arguments = ["--faults", json.dumps(list(rules))]
    for name, value in options.items():
        arguments += [f"--{name}", value]
    return arguments


class Flavours(unittest.TestCase):
    def test_new_wants_uuids_and_has_job_routes(self):
        with Fake("fake_comfyui", "--flavour", "new", "--seconds", 0.3) as fake:
            refused = prompt(fake, graph(), UUID.upper())
            self.assertEqual((refused.status, refused.json()["error"]["type"]),
                             (400, "invalid_prompt_id"))
            self.assertEqual(fake.get(f"/api/jobs/{UUID}").json(), {"error": "Job not found"})
            self.assertEqual(prompt(fake, graph(), UUID).status, 200)
            self.assertEqual(fake.get(f"/api/jobs/{UUID}").json()["status"], "in_progress")
            history(fake, UUID)
            job = fake.get(f"/api/jobs/{UUID}").json()
            self.assertEqual((job["status"], job["outputs_count"]), ("completed", 1))
            missing = graph()
            missing["4"] = {"class_type": "NoSuchNode", "inputs": {},
                            "_meta": {"title": "My loader"}}
            error = prompt(fake, missing).json()["error"]
            self.assertEqual(error["type"], "missing_node_type")
            self.assertEqual(error["extra_info"]["node_title"], "My loader")

    def test_new_cancels_exactly_one(self):
        with Fake("fake_comfyui", "--flavour", "new", "--seconds", 5) as fake:
            first, second = str(uuid.uuid4()), str(uuid.uuid4())
            prompt(fake, graph(1), first)
            prompt(fake, graph(2), second)
            self.assertEqual(fake.post(f"/api/jobs/{second}/cancel").json(), {"cancelled": True})
            self.assertEqual(fake.post(f"/api/jobs/{second}/cancel").json(), {"cancelled": False})
            self.assertEqual(fake.get(f"/api/jobs/{first}").json()["status"], "in_progress")
            self.assertEqual(fake.post(f"/api/jobs/{first}/cancel").json(), {"cancelled": True})
            history(fake, first)
            self.assertEqual(fake.get(f"/api/jobs/{first}").json()["status"], "cancelled")

    def test_older_mints_ids_and_interrupts_whatever_runs(self):
        with Fake("fake_comfyui", "--flavour", "older", "--seconds", 5) as fake:
            minted = prompt(fake, graph(), UUID).json()["prompt_id"]
            self.assertNotEqual(minted, UUID)
            fake.post("/interrupt", {"prompt_id": UUID})
            self.assertEqual(history(fake, minted)["status"]["messages"][-1][0],
                             "execution_interrupted")
            self.assertEqual(fake.events("interrupted")[0]["id"], minted)

    def test_an_interrupt_of_another_prompt_does_nothing(self):
        with Fake("fake_comfyui", "--seconds", 0.3) as fake:
            prompt(fake, graph(), UUID)
            fake.post("/interrupt", {"prompt_id": str(uuid.uuid4())})
            self.assertTrue(history(fake, UUID)["status"]["completed"])

    def test_values_out_of_range_and_dangling_links(self):
        cases = [({"n3_cfg": 1000}, "3", "value_bigger_than_max"),
                 ({"n3_steps": 0}, "3", "value_smaller_than_min"),
                 ({"n3_sampler_name": "nope"}, "3", "value_not_in_list"),
                 ({"n3_steps": "many"}, "3", "invalid_input_type"),
                 ({"n3_model": ["77", 0]}, "3", "exception_during_inner_validation"),
                 ({"n3_model": ["4", 2]}, "3", "return_type_mismatch"),
                 ({"n8_vae": ["4"]}, "8", "bad_linked_input")]
        with Fake("fake_comfyui") as fake:
            for changes, node_id, kind in cases:
                answer = prompt(fake, graph(**changes))
                self.assertEqual(answer.status, 400, changes)
                found = answer.json()["node_errors"][node_id]
                self.assertEqual(found["errors"][0]["type"], kind)
                self.assertEqual(found["dependent_outputs"], ["9"])

    def test_a_token_guards_http_and_websocket(self):
        bearer = {"Authorization": "Bearer secret"}
        with Fake("fake_comfyui", "--token", "secret") as fake:
            self.assertEqual(fake.get("/queue").status, 401)
            self.assertEqual(fake.get("/queue", headers=bearer).status, 200)
            self.assertEqual(asyncio.run(websocket.connect(fake.port, "/ws")), 401)

    def test_nodes_and_models_are_as_told(self):
        with Fake("fake_comfyui", "--nodes", "ipadapter,upscale", "--models",
                  "checkpoints=a.safetensors,b.safetensors;ipadapter=") as fake:
            self.assertEqual(fake.get("/models/checkpoints").json(),
                             ["a.safetensors", "b.safetensors"])
            self.assertEqual(fake.get("/models/ipadapter").json(), [])
            self.assertIn("IPAdapterAdvanced", fake.get("/object_info").json())
            self.assertEqual(fake.get("/object_info/ApplyPulid").json(), {})

    def test_a_size_is_honoured_and_pictures_differ(self):
        with Fake("fake_comfyui", "--seconds", 0) as fake:
            seen = set()
            for seed in (1, 2):
                prompt_id = prompt(fake, graph(seed, 256)).json()["prompt_id"]
                image = history(fake, prompt_id)["outputs"]["9"]["images"][0]
                data = fake.get(f"/view?filename={image['filename']}&subfolder=medusa").body
                self.assertEqual(picture_size(data), (256, 256))
                seen.add(data)
            self.assertEqual(len(seen), 2)


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
            fake.post("/_fake/restart", {"seconds": 0.3})
            time.sleep(0.15)
            with self.assertRaises(ConnectionRefusedError):
                fake.get("/queue")
            time.sleep(0.5)
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
            time.sleep(0.5)
            with self.assertRaises(OSError):
                fake.get("/queue")
            self.assertEqual(fake.events("down")[0]["lost"], [prompt_id])
            fake.control("POST", "restart?pod=0", {"seconds": 0})
            time.sleep(0.3)
            prompt(fake, graph())
            time.sleep(0.5)
            self.assertEqual([event["why"] for event in fake.events("down")],
                             ["die", "restart", "restart"])
            self.assertEqual(fake.get("/queue").status, 200)

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
            await asyncio.sleep(0.3)
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
        with Fake("fake_comfyui", "--pods", 2, "--seconds", "0.1,0.5") as fake:
            for port in fake.ports:
                prompt(fake, graph(), UUID, port=port)
                history(fake, UUID, port=port)
            fast, slow = (pod["busy"][0][1] - pod["busy"][0][0]
                          for pod in fake.control("GET", "log")["pods"])
            self.assertGreater(slow, fast + 0.3)


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
            time.sleep(0.5)
            told = fake.post("/internal/progress", {"id_task": "task(a)"}).json()
            self.assertEqual((told["active"], told["completed"]), (True, False))
            self.assertEqual(fake.get("/sdapi/v1/progress").json()["state"]["job_count"], 1)
            fake.post("/sdapi/v1/interrupt")
            self.assertEqual(raw.getresponse().status, 200)
            self.assertTrue(fake.post("/internal/progress",
                                      {"id_task": "task(a)"}).json()["completed"])
            raw.close()


class Proxy(unittest.TestCase):
    def test_cold_silent_and_plain(self):
        with Fake("fake_a1111", "--seconds", 2) as pod, \
             Fake("fake_runpod_proxy", "--to", pod.port, "--cold", 0.5, "--silence", 0.5) as proxy:
            cold = proxy.get("/sdapi/v1/samplers")
            self.assertEqual((cold.status, cold.body[:9]), (502, b"<!DOCTYPE"))
            time.sleep(0.6)
            self.assertEqual(proxy.get("/sdapi/v1/samplers").status, 200)
            self.assertEqual(proxy.post("/sdapi/v1/txt2img", A1111.BODY).status, 524)
            time.sleep(2)
            self.assertEqual(len(pod.events("finished")), 1)

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
