"""Remote image servers: the real program against programs that answer as such servers do."""

import http.server
import json
import pathlib
import signal
import socket
import sys
import threading
import time
import unittest
import uuid

from house import LUNA, ROOT, House, png_chunks

sys.path.insert(0, str(ROOT / "tests/support/fakes"))
from running import Fake, wait_for  # noqa: E402

A1111 = [("fake_a1111", "--dialect", "a1111"), ("fake_a1111", "--dialect", "forge"),
         ("fake_a1111", "--dialect", "sdcpp")]
COMFYUI = [("fake_comfyui", "--flavour", "old"), ("fake_comfyui", "--flavour", "new"),
           ("fake_comfyui", "--flavour", "older")]
SMALL = ["--width", "256", "--height", "256", "--steps", "4"]


def own_graph():
    """A graph as a user exports it, with our placeholders."""
    return json.loads((ROOT / "tests/data/portrait_workflow.json").read_text())


class RemoteHouse(House):
    def fake(self, program, *arguments):
        started = Fake(program, *arguments)
        self.addCleanup(started.__exit__)
        return started

    def connect(self, *ports, path=""):
        self.environment["RUNPOD_WEBUI_URL"] = ",".join(
            f"http://127.0.0.1:{port}{path}" for port in ports)

    def events(self, fake, *names):
        """Of all pods of a fake, oldest first at each."""
        pods = fake.ask("GET", "/_fake/log", port=fake.control_port).json()["pods"]
        return [event for pod in pods for event in pod["events"] if event["event"] in names]

    def control(self, fake, route, body, pod=0):
        fake.ask("POST", f"/_fake/{route}?pod={pod}", body, port=fake.control_port)


class OneServerTest(RemoteHouse):
    def test_each_flavour_draws_and_is_recorded(self):
        for flavour in A1111 + COMFYUI:
            with self.subTest(flavour=flavour):
                fake = self.fake(*flavour, "--seconds", "0.1")
                self.connect(fake.port)
                made = self.ok_json("generate", *LUNA, *SMALL)
                engine = flavour[0].removeprefix("fake_")
                facts = made["imageGeneration"]
                self.assertEqual(facts["engine"], engine)
                self.assertEqual(facts["identityMethod"], "seed")
                self.assertTrue(facts["engineVersion"])
                self.assertTrue(facts["model"])
                chunks = png_chunks(pathlib.Path(made["avatarPath"]).read_bytes())
                self.assertEqual(int.from_bytes(chunks[0][1][:4], "big"), 256)
                self.assertEqual(len(self.events(fake, "received")), 1)
                portrait = self.ok_json("image", made["id"], "--type", "portrait")["images"][0]
                self.assertEqual(portrait["engine"], engine)
                self.assertNotEqual(portrait["identityMethod"], "seed")

    def test_engines_and_doctor_say_what_is_there(self):
        fake = self.fake("fake_comfyui")
        self.connect(fake.port)
        remote, sketch = self.ok_json("engines")
        self.assertEqual((remote["state"], remote["serves"]), ("ready", "every style"))
        self.assertEqual(remote["dialect"], "comfyui")
        self.assertTrue(remote["models"])
        self.assertEqual(remote["queue"], {"running": 0, "waiting": 0})
        self.assertEqual(sketch["server"], "sketch")
        self.assertIn(remote["models"][0], self.ok("engines"))
        told = self.ok("doctor")
        self.assertIn("comfyui", told)
        self.assertNotIn(str(fake.port) + ",", told)

    def test_a_model_that_no_server_has_is_refused_before_anything_is_queued(self):
        fake = self.fake("fake_comfyui", "--models", "checkpoints=diving.safetensors")
        self.connect(fake.port)
        message = self.refused(2, "generate", *LUNA, "--model", "divng.safetensors")
        self.assertIn("Did you mean diving.safetensors?", message)
        self.assertEqual(self.events(fake, "received"), [])

    def test_a_token_is_sent_and_its_lack_is_told(self):
        fake = self.fake("fake_comfyui", "--token", "canary-token", "--seconds", "0.1")
        self.connect(fake.port)
        message = self.refused(4, "generate", *LUNA, *SMALL)
        self.assertIn("RunPod connection failed", message)
        token = self.home / "token"
        token.write_text("canary-token\n")
        self.environment["RUNPOD_API_TOKEN_FILE"] = str(token)
        self.ok("generate", *LUNA, *SMALL)
        self.assertNotIn("canary", self.ok("doctor"))

    def test_styles_go_where_the_variables_say(self):
        fakes = self.fake("fake_comfyui", "--pods", "2", "--seconds", "0.1")
        self.environment["RUNPOD_REALISTIC_URL"] = f"http://127.0.0.1:{fakes.ports[0]}"
        message = self.refused(2, "generate", *LUNA, *SMALL)
        self.assertIn("RUNPOD_ANIME_CARTOON_FANTASY_URL", message)
        self.environment["RUNPOD_ANIME_CARTOON_FANTASY_URL"] = f"http://127.0.0.1:{fakes.ports[1]}"
        self.ok("generate", *LUNA, *SMALL)
        self.ok("generate", *LUNA[:4], *SMALL, "--style", "realistic")
        for pod in (0, 1):
            self.assertEqual(len(fakes.events("received", pod)), 1)

    def test_a_workflow_of_the_users_own(self):
        fake = self.fake("fake_comfyui", "--seconds", "0.1")
        self.connect(fake.port)
        graph = own_graph()
        file = self.home / "mine.json"
        file.write_text(json.dumps(graph))
        self.ok("generate", *LUNA, *SMALL, "--workflow", file)
        graph["6"]["inputs"]["text"] = "a nude statue"
        file.write_text(json.dumps(graph))
        message = self.refused(8, "generate", *LUNA, *SMALL, "--workflow", file)
        self.assertIn("workflow", message)
        file.write_text("{")
        self.assertIn("no JSON", self.refused(2, "generate", *LUNA, "--workflow", file))
        self.assertEqual(len(self.events(fake, "received")), 1)


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<!doctype html><html><body>Welcome</body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


class BadServerTest(RemoteHouse):
    def test_nobody_at_the_address(self):
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            self.connect(held.getsockname()[1])
            began = time.monotonic()
            message = self.refused(7, "generate", *LUNA)
        self.assertIn("RunPod connection failed", message)
        self.assertLess(time.monotonic() - began, 30)

    def test_an_ordinary_web_page_at_the_address(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.connect(server.server_address[1])
        message = self.refused(7, "generate", *LUNA)
        self.assertIn("RunPod connection failed: something answers at", message)


class PoolTest(RemoteHouse):
    def batch(self, count, *arguments):
        return self.run_medusa("batch", "--count", count, *SMALL, *arguments, "--json", timeout=300)

    def prompts_in_order(self, fake, pictures):
        """Each prompt was sent once; no more were drawn than faults call for."""
        received = [event["id"] for event in self.events(fake, "received")]
        self.assertEqual(len(received), len(set(received)))
        drawn = [event["id"] for event in self.events(fake, "finished")]
        lost = sum(len(event.get("lost", [])) for event in self.events(fake, "down"))
        self.assertGreaterEqual(len(drawn), pictures)
        self.assertLessEqual(len(received), pictures + lost)

    def test_three_pods_of_which_one_dies_and_one_is_cold(self):
        pods = self.fake("fake_comfyui", "--pods", "3", "--seconds", "0.3")
        proxy = self.fake("fake_runpod_proxy", "--to", ",".join(map(str, pods.ports)),
                          "--cold", "0,0,20")
        self.connect(*proxy.ports)
        killer = threading.Timer(4, self.control, (pods, "die", {}, 0))
        killer.start()
        done = self.batch(50)
        killer.cancel()
        summary = json.loads(done.stdout.splitlines()[-1])["summary"]
        self.assertEqual((summary["successful"], summary["failed"]), (50, 0), done.stderr)
        self.assertEqual(done.returncode, 0)
        self.prompts_in_order(pods, 50)

    def test_a_batch_killed_in_the_middle_fetches_what_was_finished_meanwhile(self):
        pods = self.fake("fake_comfyui", "--pods", "2", "--seconds", "1")
        self.connect(*pods.ports)
        batch = str(uuid.uuid4())
        running = self.start_medusa("batch", "--count", "12", "--resume", batch, *SMALL,
                                    stdout=-1, stderr=-1)
        wait_for(lambda: len(self.events(pods, "finished")) >= 3, 60)
        running.kill()
        running.communicate()
        sent = {event["id"] for event in self.events(pods, "received")}
        wait_for(lambda: {e["id"] for e in self.events(pods, "finished")} >= sent, 30)
        done = self.batch(12, "--resume", batch)
        summary = json.loads(done.stdout.splitlines()[-1])["summary"]
        self.assertEqual(summary["successful"], 12, done.stderr)
        received = [event["id"] for event in self.events(pods, "received")]
        self.assertEqual(len(received), 12, "a picture was drawn twice")

    def test_stopping_stops_our_prompts_and_nobody_elses(self):
        pods = self.fake("fake_comfyui", "--seconds", "30", "--flavour", "new")
        self.connect(pods.port)
        graph = own_graph()
        graph["3"]["inputs"]["seed"] = 7
        pods.ask("POST", "/prompt", {"prompt": graph, "client_id": "somebody"})
        running = self.start_medusa("batch", "--count", "3", *SMALL, stdout=-1, stderr=-1)
        wait_for(lambda: len(self.events(pods, "received")) >= 3, 60)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130, told)
        self.assertEqual(self.events(pods, "interrupted"), [])
        self.assertEqual(len(self.events(pods, "deleted")), 2)


if __name__ == "__main__":
    unittest.main()
