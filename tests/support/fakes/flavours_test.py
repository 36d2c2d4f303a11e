"""ComfyUI in other versions than the recorded one, and with other nodes and models."""

import asyncio
import json
import unittest
import uuid

import websocket
from pictures import noise_png, picture_size
from prompts import UUID, graph, history, plan, prompt
from running import Fake


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

    def test_a_cycle_is_refused_and_nonsense_is_a_500(self):
        cases = [("old", "exception_during_inner_validation"), ("new", "dependency_cycle")]
        for flavour, kind in cases:
            with Fake("fake_comfyui", "--flavour", flavour) as fake:
                answer = prompt(fake, graph(n3_latent_image=["3", 0]))
                self.assertEqual(answer.json()["node_errors"]["3"]["errors"][0]["type"], kind)
                self.assertEqual(fake.post("/prompt", b"{").status, 500)
                self.assertEqual(fake.post("/prompt", {"prompt": [1]}).status, 500)

    def test_the_cache_holds_what_the_last_prompt_used(self):
        def cached(fake, graph_):
            entry = history(fake, prompt(fake, graph_).json()["prompt_id"])
            return entry["status"]["messages"][1][1]["nodes"]
        with Fake("fake_comfyui", "--seconds", 0.05) as fake:
            self.assertEqual(cached(fake, graph(1)), [])
            self.assertEqual(cached(fake, graph(2)), ["4", "5", "6", "7"])
            self.assertEqual(cached(fake, graph(1)), ["4", "5", "6", "7"])
            self.assertEqual(len(cached(fake, graph(1))), 7)

    def test_previews_as_the_client_wants_them(self):
        async def preview(fake, flags):
            socket = await websocket.connect(fake.port, "/ws?clientId=c1")
            socket.send_json({"type": "feature_flags",
                              "data": {"supports_preview_metadata": flags}})
            await asyncio.wait_for(socket.receive(), 10)
            await asyncio.wait_for(socket.receive(), 10)
            prompt(fake, graph(int(flags)), UUID)
            kind = None
            while kind != websocket.BINARY:
                kind, payload = await asyncio.wait_for(socket.receive(), 10)
            socket.writer.close()
            return payload
        with Fake("fake_comfyui", "--previews", "--seconds", 0.1) as fake:
            plain = asyncio.run(preview(fake, False))
            self.assertEqual((plain[:8], plain[8:10]), (b"\0\0\0\1\0\0\0\1", b"\xff\xd8"))
            rich = asyncio.run(preview(fake, True))
            length = int.from_bytes(rich[4:8], "big")
            self.assertEqual((rich[:4], json.loads(rich[8:8 + length])["prompt_id"]),
                             (b"\0\0\0\4", UUID))
            self.assertEqual(rich[8 + length:], plain[8:])

    def test_the_ladder_of_identity_can_break(self):
        face = graph(n3_model=["21", 0])
        face["20"] = {"class_type": "IPAdapterUnifiedLoaderFaceID", "inputs": {
            "model": ["4", 0], "preset": "FACEID PLUS V2", "lora_strength": 0.6,
            "provider": "CUDA"}}
        face["21"] = {"class_type": "IPAdapterFaceID", "inputs": {
            "model": ["20", 0], "ipadapter": ["20", 1], "image": ["22", 0], "weight": 0.8,
            "weight_faceidv2": 1.0, "weight_type": "linear", "combine_embeds": "concat",
            "start_at": 0.0, "end_at": 1.0, "embeds_scaling": "V only"}}
        face["22"] = {"class_type": "LoadImage", "inputs": {"image": "face.png"}}

        def outcome(*arguments):
            with Fake("fake_comfyui", "--nodes", "faceid", "--seconds", 0.05, *arguments) as fake:
                fake.upload("face.png", noise_png(64, 64, 1))
                self.assertEqual(prompt(fake, face, UUID).status, 200)
                return history(fake, UUID)["status"]["messages"][-1][1].get("exception_message")
        self.assertIsNone(outcome())
        self.assertEqual(outcome(*plan({"fault": "no_face"})), "InsightFace: No face detected.")
        self.assertEqual(outcome("--models", "ipadapter="), "IPAdapter model not found.")

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


if __name__ == "__main__":
    unittest.main()
