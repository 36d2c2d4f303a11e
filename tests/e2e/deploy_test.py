#!/usr/bin/env python3
"""What lies in deploy/ is what the programs that read it understand, and what docs/cluster.md says
of it; and the doctor says what is wrong with a server that was set up otherwise."""

import json
import os
import re
import subprocess
import unittest
import urllib.request

from house import ROOT
from mongo_test import MongoHouse
from nats_server import PROGRAM, NatsServer

DEPLOY = ROOT / "deploy"
DRAIN_SECONDS = 25


class Deploy(MongoHouse):
    @staticmethod
    def parsed(page):
        """A YAML file, by the parser of the system's own Python (python3-yaml)."""
        words = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"
        with page.open() as text:
            return json.loads(subprocess.check_output(["/usr/bin/python3", "-c", words],
                                                      stdin=text))

    def start_nats(self, name="nats", **options):
        nats = NatsServer(self.home / name, **options)
        self.addCleanup(nats.end)
        return nats

    def checked(self, configuration):
        return subprocess.run([PROGRAM, "-t", "-c", configuration], capture_output=True,
                              check=False).returncode == 0

    def test_the_server_understands_its_configuration(self):
        self.assertTrue(self.checked(DEPLOY / "nats.conf"))
        misspelt = self.home / "misspelt.conf"
        misspelt.write_text((DEPLOY / "nats.conf").read_text().replace("always", "allways"))
        self.assertFalse(self.checked(misspelt))

    def test_the_server_writes_each_ticket_to_the_disk(self):
        nats = self.start_nats(more=["-m", "-1"])
        with urllib.request.urlopen(nats.monitor + "/varz") as answer:
            settings = json.load(answer)["jetstream"]["config"]
        self.assertTrue(settings["sync_always"], settings)

    def test_the_compose_file_is_sound(self):
        compose = self.parsed(DEPLOY / "compose.yaml")
        services = compose["services"]
        self.assertEqual(set(services), {"mongo", "nats", "serve", "worker"})
        for name, service in services.items():
            for volume in service["volumes"]:
                source, place, *_ = volume.split(":")
                self.assertTrue(place.startswith("/"), volume)
                if source.startswith("."):
                    self.assertTrue((DEPLOY / source).is_file(), volume)
                else:
                    self.assertIn(source, compose["volumes"], name)
        for name in ("serve", "worker"):
            ours = services[name]
            self.assertTrue(set(ours["depends_on"]) <= set(services))
            for variable, host in (("MONGODB_URI", "mongo"), ("NATS_URL", "nats")):
                self.assertIn(f"//{host}", ours["environment"][variable])
            self.assertGreater(int(ours["stop_grace_period"].removesuffix("s")), DRAIN_SECONDS)
            self.ok(*ours["command"], "--help")
            # Every variable is one that the program knows.
            self.ok("list", environment={
                key: value for key, value in ours["environment"].items()
                if key.startswith("MEDUSA_")} | {"MEDUSA_DATA": str(self.data)})
            context = (DEPLOY / ours["build"]["context"]).resolve()
            self.assertEqual(context, ROOT)
            self.assertTrue((context / ours["build"]["dockerfile"]).is_file())
            self.assertTrue(ours["read_only"])
        listen = services["serve"]["environment"]["MEDUSA_HTTP"]
        self.assertIn(":" + listen.split(":")[1], services["serve"]["ports"][0])
        self.assertIn("/healthz", str(services["serve"]["healthcheck"]["test"]))
        scaled = re.search(r"compose -f (\S+) up --scale (\w+)=",
                           (ROOT / "docs/cluster.md").read_text())
        self.assertEqual(scaled.groups(), ("deploy/compose.yaml", "worker"))

    def test_the_image_is_made_of_what_is_there(self):
        lines = (DEPLOY / "Dockerfile").read_text().splitlines()
        run, user = [line.removeprefix("RUN ") for line in lines if line.startswith("RUN ")]
        self.assertIn(f"USER {user.split()[-1]}", lines)
        self.assertTrue(os.access(ROOT / run, os.X_OK), run)
        entry, = [json.loads(line.removeprefix("ENTRYPOINT ")) for line in lines
                  if line.startswith("ENTRYPOINT ")]
        self.assertTrue(os.access(ROOT / entry[0], os.X_OK), entry)
        ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
        self.assertTrue({".deps", "build"} <= set(ignored), "gigabytes of this machine's own")

    def doctor(self, code, url):
        """What it says of the job feed: the line, and the advice below it."""
        self.environment["NATS_URL"] = url
        done = self.run_medusa("doctor")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertNotIn("canary", done.stdout + done.stderr)
        return re.search(r"^.*job feed.*(\n   → .*)?", done.stdout, re.MULTILINE)[0]

    def test_the_doctor_knows_what_is_wrong_with_nats(self):
        nats = self.start_nats(more=["--user", "medusa", "--pass", "canary"])
        place = nats.url.removeprefix("nats://")
        self.assertIn("no stream yet", self.doctor(0, f"nats://medusa:canary@{place}"))
        for url in (nats.url, f"nats://medusa:canary2@{place}"):
            told = self.doctor(4, url)
            self.assertIn("the server refuses the sign-in", told)
            self.assertIn("Check the user and password, or the token, in NATS_URL", told)
        nats.end()
        told = self.doctor(7, f"nats://medusa:canary@{place}")
        self.assertIn("no server answers", told)
        self.assertIn("See that the NATS server is running", told)

        plain = self.home / "plain.conf"
        plain.write_text("")
        told = self.doctor(4, self.start_nats("plain", configuration=plain).url)
        self.assertIn("the server has no JetStream", told)
        self.assertIn("nats-server -c deploy/nats.conf -sd FOLDER", told)

        self.assertIn("NATS_URL", self.refused(2, "doctor", environment={
            "NATS_URL": "http://127.0.0.1:4222"}))
        del self.environment["MONGODB_URI"]
        self.assertIn("NATS_URL needs MONGODB_URI", self.refused(2, "doctor"))


if __name__ == "__main__":
    unittest.main()
