#!/usr/bin/env python3
"""The real program with its records in MongoDB: the same commands, the same results."""

import unittest

from house import LUNA, House
from mongo_server import MongoServer


class MongoHouse(House):
    """With a MongoDB of its own."""

    def setUp(self):
        super().setUp()
        self.start_server("0")
        self.environment["MONGODB_URI"] = self.server.uri + "/medusa"

    def start_server(self, port):
        self.server = MongoServer(self.home / "server", port)
        self.addCleanup(self.server.end)


class MongoTest(MongoHouse):
    def test_commands_work_as_with_sqlite(self):
        luna = self.ok_json("generate", *LUNA)
        self.assertEqual(luna["id"], 123456)
        self.ok("image", luna["id"], "--type", "portrait", "--mood", "happy")
        shown = self.ok_json("show", luna["id"])
        self.assertEqual(shown["name"], "Luna Starweaver")
        self.assertEqual([one["type"] for one in shown["images"]], ["avatar", "portrait"])
        self.ok("batch", "--count", "3")
        self.assertEqual([one["id"] for one in self.ok_json("list")],
                         [123459, 123458, 123457, 123456])
        self.assertFalse((self.data / "medusa.db").exists(), "it used SQLite as well")
        self.assertIn("4 characters", self.ok("doctor"))

    def test_a_server_that_is_gone_is_told_of_with_what_to_do(self):
        self.ok("generate", *LUNA)
        self.server.end()
        self.environment["MONGODB_URI"] = (
            self.server.uri.replace("mongodb://", "mongodb://anna:canary@") +
            "/medusa?serverSelectionTimeoutMS=500")
        for arguments in (["list"], ["generate", *LUNA]):
            message = self.refused(7, *arguments)
            self.assertIn("Database connection failed: ", message)
            self.assertIn("MONGODB_URI", message)
            self.assertNotIn("canary", message)
        doctor = self.run_medusa("doctor")
        self.assertNotEqual(doctor.returncode, 0)
        self.assertIn("Database connection failed: ", doctor.stdout)
        self.assertNotIn("canary", doctor.stdout + doctor.stderr)

        self.environment["MONGODB_URI"] = self.server.uri + "/medusa?tls=true&tlsCAFile=/no/ca.pem"
        self.assertIn("/no/ca.pem", self.refused(2, "list"))

        del self.environment["MONGODB_URI"]
        self.start_server(self.server.port)
        self.environment["MONGODB_URI"] = (
            self.server.uri.replace("mongodb://", "mongodb://anna:canary@") + "/medusa")
        message = self.refused(4, "list")
        self.assertIn("Check user, password and authSource", message)
        self.assertNotIn("canary", message)
        self.environment["MONGODB_URI"] = self.server.uri + "/medusa"
        self.assertEqual([one["id"] for one in self.ok_json("list")], [123456])


if __name__ == "__main__":
    unittest.main()
