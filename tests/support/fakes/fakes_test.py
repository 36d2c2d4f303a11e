"""The fakes do what the real servers did: every recording is replayed against them."""

import asyncio
import base64
import unittest

import recordings
from pictures import noise_png, picture_size
from running import Fake

COMFY, SDCPP = "comfyui-0.3.64", "stable-diffusion.cpp"
# In the order in which they were recorded: numbers and caches follow from it.
FIRST_RUN = ["txt2img", "txt2img-identical-resubmitted-cached", "txt2img-same-graph-other-prefix",
             "rejected-unknown-checkpoint", "rejected-missing-input", "rejected-unknown-node",
             "rejected-no-output", "interrupted", "pending-deleted",
             "img2img-from-uploaded-reference"]
# A later run of the server, with previews; these files lay there.
SECOND_RUN = ["execution-error", "prompt-id-that-is-no-uuid", "txt2img-with-previews"]
SECONDS = {"interrupted": 40.0, "pending-deleted": 6.0}


class Recorded(unittest.TestCase):
    def replay_all(self, fake, cases):
        for case in cases:
            with self.subTest(case=case):
                fake.post("/_fake/speed", {"seconds": SECONDS.get(case, 0.2)})
                replay = recordings.Replay(fake, recordings.load(COMFY, case))
                self.assertEqual(asyncio.run(replay.run()), [])

    def test_comfyui_exchanges(self):
        with Fake("fake_comfyui") as fake:
            fake.upload("ref.png", noise_png(96, 96, 1), "medusa")
            self.replay_all(fake, FIRST_RUN)
        with Fake("fake_comfyui", "--previews") as fake:
            fake.upload("bad.png", b"no picture at all", "medusa")
            fake.upload("job9_00001_.png", b"of an earlier run", "medusa", type="output")
            self.replay_all(fake, SECOND_RUN)

    def test_comfyui_discovery(self):
        single = recordings.names(COMFY) - set(FIRST_RUN) - set(SECOND_RUN) - {"upload-image"}
        self.assertEqual(len(single), 11, sorted(single))
        with Fake("fake_comfyui", "--device", "cpu") as fake:
            for name in sorted(single):
                with self.subTest(name=name):
                    told = recordings.load(COMFY, name)
                    method, target = told["http"].split(" ", 1)
                    self.assertEqual(recordings.answer_differences(
                        told, fake.ask(method, target)), [])

    def test_comfyui_upload(self):
        told = recordings.load(COMFY, "upload-image")
        with Fake("fake_comfyui") as fake:
            picture = noise_png(64, 64, 1)
            self.assertEqual(recordings.answer_differences(
                told, fake.upload("ref.png", picture, "medusa")), [])
            again = fake.upload("ref.png", picture, "medusa").json()["name"]
            other = fake.upload("ref.png", noise_png(64, 64, 2), "medusa").json()["name"]
            over = fake.upload("ref.png", noise_png(64, 64, 3), "medusa", overwrite="true")
            self.assertEqual((again, other, over.json()["name"]),
                             ("ref.png", "ref (1).png", "ref.png"))
            back = fake.get("/view?filename=ref.png&subfolder=medusa&type=input").body
            self.assertEqual(back, noise_png(64, 64, 3))
            self.assertEqual(picture_size(back), (64, 64))

    def test_stable_diffusion_cpp(self):
        cases = recordings.names(SDCPP)
        self.assertEqual(len(cases), 16, sorted(cases))
        with Fake("fake_a1111", "--dialect", "sdcpp", "--seconds", 0.05) as fake:
            for name in sorted(cases):
                with self.subTest(name=name):
                    told = recordings.load(SDCPP, name)
                    method, target = told["http"].split(" ", 1)
                    answer = fake.ask(method, target, told["request"])
                    if told["request"] and told["status"] == 200:
                        self.check_pictures(told, answer)
                    else:
                        self.assertEqual(recordings.answer_differences(told, answer), [])

    def check_pictures(self, told, answer):
        body, was = answer.json(), told["body"]
        self.assertEqual((answer.status, answer.content_type), (200, "application/json"))
        self.assertEqual(list(body), list(was))
        self.assertEqual((body["info"], body["parameters"]), ("", was["parameters"]))
        self.assertEqual(len(body["images"]), len(was["images"]))
        asked = told["request"]
        picture = base64.b64decode(body["images"][0])
        self.assertEqual(picture_size(picture), (asked["width"], asked["height"]))
        self.assertIn(b"tEXtparameters\0", picture)


if __name__ == "__main__":
    unittest.main()
