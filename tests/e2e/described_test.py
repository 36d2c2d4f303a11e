#!/usr/bin/env python3
"""Other people's programs read the OpenAPI document, and find the service to be as it says."""

import json
import os
import subprocess
import unittest

from api_contract import Contract
from house import ROOT

DEPS = ROOT / ".deps"
NODE_TOOLS = DEPS / "npm-test/node_modules/.bin"
EXAMPLES = os.environ.get("MEDUSA_TEST_EXAMPLES", "6")
SECONDS = int(os.environ.get("MEDUSA_TEST_SECONDS", "600"))
# A client as its author would write it with the generated types.
CLIENT = """
import type { components, paths } from "./medusa";
type Wish = components["schemas"]["NewImage"];
type Call = paths["/api/characters/{id}/generate-image"]["post"];
type Made = Call["responses"][201]["content"]["application/json"];
type Problem = components["schemas"]["Problem"];
export const wish: Wish = { imageType: "portrait", mood: "happy", setting: "magical forest" };
export const prompts = (made: Made): string[] =>
    "images" in made ? made.images.map((one) => one.prompt) : [made.prompt];
export const told = (problem: Problem): string => `${problem.code}: ${problem.detail}`;
"""
# What a schema cannot say: a text that is long enough, and yet has nothing visible in it, or what
# the content policy refuses; an engine that is not configured; an id of nothing.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "307", "400", "401", "403", "404", "409", "412", "422"]
"""


class Described(Contract):
    def setUp(self):
        super().setUp()
        self.luna()
        self.environment["PATH"] = f"{DEPS / 'python/bin'}:{os.environ['PATH']}"

    def run_tool(self, *command, timeout=120):
        done = subprocess.run([str(part) for part in command], cwd=self.home, text=True,
                              env=self.environment, capture_output=True, timeout=timeout,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-12000:] + done.stderr[-2000:])
        return done.stdout

    def test_typescript_s_generator_and_compiler_understand_it(self):
        self.serve("--no-worker")
        document = self.home / "openapi.json"
        document.write_bytes(self.ask("GET", "/openapi.json").body)
        self.run_tool(NODE_TOOLS / "openapi-typescript", document, "-o", self.home / "medusa.d.ts")
        (self.home / "client.ts").write_text(CLIENT)
        check = (NODE_TOOLS / "tsc", "--noEmit", "--strict", "--lib", "es2020")
        self.run_tool(*check, self.home / "client.ts")
        (self.home / "client.ts").write_text(CLIENT.replace("imageType:", "imageKind:"))
        with self.assertRaises(AssertionError, msg="the types say which fields there are"):
            self.run_tool(*check, self.home / "client.ts")

    def test_the_page_shows_every_call(self):
        self.serve("--no-worker")
        document = self.home / "openapi.json"
        document.write_bytes(self.ask("GET", "/openapi.json").body)
        for file in ("index.html", "page.js"):
            served = self.ask("GET", "/docs" if file == "index.html" else f"/docs/{file}").body
            (self.home / file).write_bytes(served)
        shown = json.loads(self.run_tool("node", ROOT / "tests/support/page/show_docs.cjs",
                                         self.home, document))
        self.assertEqual(shown["asked"], ["/openapi.json"])
        names = [call.told["operationId"] for call in self.calls]
        self.assertEqual(sorted(shown["calls"]), sorted(names))
        self.assertEqual(sorted(shown["links"]), sorted(f"#{name}" for name in names))
        self.assertEqual(shown["left_by_filter"], ["#cancelJob"])
        self.assertNotIn("undefined", shown["text"])
        self.assertIn('curl -X POST "http://localhost:3001/api/characters/123456/generate-image" '
                      '-H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" '
                      """-d '{"imageType":"portrait","mood":"happy","setting":"magical forest"}'""",
                      shown["examples"])

    def test_schemathesis_finds_nothing_that_is_not_described(self):
        """Without a worker, since nobody is to wait for hundreds of pictures. The events of a job
        that never ends do not end either: they are asked for alone, of jobs that there are not."""
        self.serve("--no-worker")
        (self.home / "schemathesis.toml").write_text(CONFIG)
        self.schemathesis("--exclude-operation-id", "followJob")
        self.schemathesis("--include-operation-id", "followJob", "--phases", "coverage,fuzzing")

    def schemathesis(self, *options):
        told = self.run_tool(
            DEPS / "test-python/bin/python", DEPS / "test-python/bin/schemathesis",
            "--config-file", self.home / "schemathesis.toml", "run",
            f"http://{self.host}:{self.port}/openapi.json", "--checks", "all",
            "--max-examples", EXAMPLES, "--seed", "1", "--request-timeout", "30",
            "--header", f"Authorization: {self.tokens['admin']}",
            "--header", "Prefer: respond-async", *options, timeout=SECONDS)
        self.assertRegex(told, r"[1-9]\d* generated, [1-9]\d* passed")


if __name__ == "__main__":
    unittest.main()
