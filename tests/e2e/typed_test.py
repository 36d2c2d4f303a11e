"""What people type works as printed: every npm line of the original guide, and every command of
README and docs/. The launcher is replaced by the program itself, so that nothing is built here, and
GPU servers by programs that answer as they do."""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest

from house import BINARY, House, ROOT
from mongo_server import MongoServer
from nats_server import NatsServer

sys.path.insert(0, str(ROOT / "tests/support/fakes"))
from running import Fake  # noqa: E402

# What users of the guide type in server/, to the letter; {own} stands for a folder with prompt
# files of one's own, where the guide names /path/to.
GUIDE = (ROOT / "tests/data/guide_lines.txt").read_text()


def lines_of(text):
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def blocks_of(page):
    """The commands of each bash block of a page, without comments."""
    for block in re.findall(r"```bash\n(.*?)```", page.read_text(), re.DOTALL):
        lines = [re.sub(r"\s+# .*", "", line) for line in lines_of(block)]
        yield [line for line in lines if not line.startswith("#")]


class Typed(House):
    def setUp(self):
        super().setUp()
        self.checkout = self.home / "checkout"
        shutil.copytree(ROOT / "server", self.checkout / "server")
        shutil.copytree(ROOT / "tools", self.checkout / "tools")
        shutil.copytree(ROOT / "resources", self.checkout / "resources")
        launcher = self.checkout / "medusa"
        launcher.write_text(f"#!/bin/sh\nexec '{BINARY}' \"$@\"\n")
        launcher.chmod(0o755)
        node = ROOT / ".deps/python/bin"
        self.environment["PATH"] = f"{node}:{os.environ['PATH']}"

    def typed(self, line, folder):
        done = subprocess.run(["bash", "-ec", line], cwd=folder, env=self.environment, text=True,
                              capture_output=True, check=False, timeout=300)
        self.assertEqual(done.returncode, 0, f"{line}\n{done.stdout}{done.stderr}")
        return done

    def test_the_guide(self):
        own = self.home / "own"
        own.mkdir()
        (own / "custom_positive.txt").write_text("soft light")
        (own / "custom_negative.txt").write_text("blurry")
        for line in lines_of(GUIDE.replace("{own}", str(own))):
            done = self.typed(line, self.checkout / "server")
            if "batch" in line:
                self.assertIn("📊 Fast batch generation summary:", done.stdout)
                self.assertIn("📈 Success rate: 100.0%", done.stdout)
            if "NODE_ENV=development" in line:
                self.assertIn("debug:", done.stderr)
        self.environment["MEDUSA_USER_ID"] = "your_user_id"
        mine = self.ok_json("list")
        self.assertEqual([one["owner"] for one in mine],
                         [{"userId": "your_user_id", "username": "your_username"}])
        del self.environment["MEDUSA_USER_ID"]
        records = self.ok_json("list")
        self.assertEqual(len(records), 1 + 5 + 3 + 1 + 1 + 1 + 1)
        aria = next(one for one in records if one["name"] == "Aria Cybershade")
        made = aria["imageGeneration"]
        self.assertEqual((made["steps"], made["cfg"]), (30, 8))
        self.assertEqual(aria["personalityTraits"],
                         {"mainTrait": "rebellious", "subTraits": ["confident", "tech-savvy"]})
        self.assertIn("your_custom_model.safetensors",
                      [one["imageGeneration"]["model"] for one in records])

    def servers(self):
        """What stands in the pages for a server, and the address of one that answers so."""
        comfyui = self.fake("fake_comfyui", "--pods", "2", "--seconds", "0.05")
        webui = self.fake("fake_a1111", "--dialect", "forge", "--seconds", "0.05")
        sdcpp = self.fake("fake_a1111", "--dialect", "sdcpp", "--seconds", "0.05")
        mongo = MongoServer(self.home / "mongo")
        self.addCleanup(mongo.end)
        ports = {"https://PODID-8188.proxy.runpod.net": comfyui.ports[0],
                 "https://OTHER-8188.proxy.runpod.net": comfyui.ports[1],
                 "http://127.0.0.1:8188": comfyui.ports[0],
                 "http://127.0.0.1:7860": webui.port,
                 "http://127.0.0.1:1234": sdcpp.port}
        here = {printed: f"http://127.0.0.1:{port}" for printed, port in ports.items()}
        nats = NatsServer(self.home / "nats")
        self.addCleanup(nats.end)
        return here | {"mongodb://anna:secret@db.example.com/medusa?tls=true":
                       mongo.uri + "/medusa",
                       "mongodb://mongo.example.com/medusa": mongo.uri + "/cluster",
                       "nats://nats.example.com:4222": nats.url}

    def fake(self, *arguments):
        started = Fake(*arguments)
        self.addCleanup(started.__exit__)
        return started

    def test_the_pages(self):
        servers = self.servers()
        shutil.copy(ROOT / "tests/data/portrait_workflow.json", self.checkout / "portrait.json")
        (self.checkout / "people.jsonl").write_text(
            json.dumps({"name": "Ada", "description": "a dwarf engineer"}) + "\n")
        pages = set((ROOT / "docs").glob("*.md")) - {ROOT / "docs/api.md"}  # api_page_test.py's
        for page in [ROOT / "README.md", *sorted(pages)]:
            for block in blocks_of(page):
                self.typed_block(page, block, servers)

    def typed_block(self, page, block, servers):
        folder = self.checkout
        for line in block:
            if line.startswith("cd "):
                folder = folder / line.removeprefix("cd ")
                continue
            if line.startswith(("./scripts/", "scripts/", "cmake ", "ctest ", "git ")):
                continue  # these build or test: the suite that runs this is one of them
            for printed, here in servers.items():
                line = line.replace(printed, here)
            with self.subTest(page=page.name, line=line):
                self.typed(line, folder)


if __name__ == "__main__":
    unittest.main()
