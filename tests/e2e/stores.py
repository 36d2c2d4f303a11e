"""The production stores beside a House: a MongoDB-wire server and a fake Cloudinary."""

import json
import os
import select
import subprocess
import sys
import time

from house import ROOT, House

sys.path.insert(0, str(ROOT / "tests/support/fakes"))
import cloudinary_sign  # noqa: E402
from running import Fake  # noqa: E402

SERVER = os.environ["MEDUSA_MONGO_WIRE"]
CLOUD = "demo"


class StoresHouse(House):
    """Its program keeps records in MongoDB and files on Cloudinary."""

    def setUp(self):
        super().setUp()
        self.folder = self.home / "server"
        self.folder.mkdir()
        self.database = None
        self.start_database("0")
        self.addCleanup(self.kill_database)
        self.environment["MONGODB_URI"] = self.uri + "/medusa"
        self.cloud = Fake("fake_cloudinary", "--admin-limit", 1_000_000)
        self.addCleanup(self.cloud.__exit__)
        host = f"http://127.0.0.1:{self.cloud.port}"
        self.environment["CLOUDINARY_URL"] = (
            f"cloudinary://123456789012345:secret@{CLOUD}?upload_prefix={host}"
            f"&secure_distribution={host}/{CLOUD}")

    def start_database(self, port):
        self.database = subprocess.Popen([SERVER, "-port", port, self.folder], text=True,
                                         stdout=subprocess.PIPE)
        self.assertTrue(select.select([self.database.stdout], [], [], 60)[0], "it does not start")
        self.uri = json.loads(self.database.stdout.readline())["uri"]

    def kill_database(self):
        self.database.kill()
        self.database.wait()
        self.database.stdout.close()

    def documents(self, collection):
        """Everything in a collection of the database, as the server has it."""
        command = {"find": collection, "sort": {"id": 1}, "batchSize": 10_000}
        said = subprocess.run([os.environ["MEDUSA_MONGO_SAY"], self.environment["MONGODB_URI"],
                               json.dumps(command)], text=True, capture_output=True, check=True)
        cursor = json.loads(said.stdout)["cursor"]
        self.assertEqual(cursor["id"], 0, "there is more")
        return cursor["firstBatch"]

    def restart_database(self):
        """On the data and the port that it had."""
        self.kill_database()
        self.start_database(self.uri.rsplit(":", 1)[1])

    def faults(self, rules):
        self.cloud.ask("POST", "/_fake/faults?pod=0", rules, port=self.cloud.control_port)

    def upload(self, path, data):
        """By somebody else, who shares the account."""
        kind = "image" if path.endswith(".png") else "raw"
        fields = {"public_id": path.removesuffix(".png"), "timestamp": str(int(time.time()))}
        fields["signature"] = cloudinary_sign.digest(cloudinary_sign.text_to_sign(fields),
                                                     "secret", "sha1")
        fields["api_key"] = "123456789012345"
        body = b"".join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                        .encode() for name, value in fields.items())
        body += (b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
                 + data + b"\r\n--x--\r\n")
        answer = self.cloud.post(f"/v1_1/{CLOUD}/{kind}/upload", body,
                                 headers={"Content-Type": "multipart/form-data; boundary=x"})
        self.assertEqual(answer.status, 200, answer.body)

    def cloud_events(self, *names):
        told = self.cloud.ask("GET", "/_fake/log?pod=0", port=self.cloud.control_port).json()
        events = told["pods"][0]["events"] if "pods" in told else told["events"]
        return [event for event in events if event["event"] in names]

    def cloud_tree(self):
        """Path to MD5 of every asset that is there, from what happened to them."""
        tree = {}
        for event in self.cloud_events("stored", "overwritten", "destroyed"):
            path = event["public_id"] + (".png" if event["type"] == "image" else "")
            if event["event"] == "destroyed":
                tree.pop(path)
            else:
                tree[path] = event["etag"]
        return tree

    def named_paths(self):
        """The path of every asset that the records name, found through the program alone."""
        paths = set()
        for record in self.ok_json("list", "--limit", 100_000):
            folder = self.path_in(record["embeddings"]["url"]).split("/embeddings/")[0]
            paths.add(folder + "/embeddings/embeddings.json")
            pictures = self.ok_json("show", record["id"])["images"]
            self.assertEqual(record["avatar"], pictures[0]["url"])
            for picture in pictures:
                paths.add(self.path_in(picture["url"]))
                paths.add(f"{folder}/generations/{picture['id']}.json")
        return paths

    @staticmethod
    def path_in(url):
        return "anna/" + url.split("/anna/", 1)[1]

    def check_whole(self):
        """No record without its assets, no asset without a record. Returns how many records."""
        self.assertEqual(set(self.cloud_tree()), self.named_paths())
        return len(self.ok_json("list", "--limit", 100_000))
