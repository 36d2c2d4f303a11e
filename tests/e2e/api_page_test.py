#!/usr/bin/env python3
"""docs/api.md works as printed: all its commands, in their order, in one shell, against a service
of its own. Every call must succeed, and every call of the document that works without more is
shown."""

import json
import re
import subprocess
import unittest

from api_contract import Contract
from house import BINARY, ROOT
from typed_test import blocks_of

PAGE = ROOT / "docs/api.md"


class ApiPage(Contract):
    def test_every_command_of_the_page(self):
        self.serve()
        here = self.home / "here"
        here.mkdir()
        (here / "medusa").write_text(f"#!/bin/sh\nexec '{BINARY}' \"$@\"\n")
        # curl succeeds with any answer; a call that is refused must fail here.
        (here / "curl").write_text(
            '#!/bin/sh\nexec /usr/bin/curl --fail-with-body --silent --show-error "$@"\n')
        for program in ("medusa", "curl"):
            (here / program).chmod(0o755)
        script = "\n".join(line for block in blocks_of(PAGE) for line in block)
        script = script.replace("http://localhost:3001", f"http://{self.host}:{self.port}")
        environment = self.environment | {"PATH": f"{here}:/usr/bin:/bin"}
        done = subprocess.run(["bash", "-exo", "pipefail", "-c", script], cwd=here, text=True,
                              env=environment, capture_output=True, check=False, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-4000:])
        self.assertIn("event: end", done.stdout)
        self.assertIn("Luna of the Stars", done.stdout)
        self.assertIn("Similar-Characters: 123456", (here / "headers.txt").read_text())
        self.assertTrue((here / "avatar.png").read_bytes().startswith(b"\x89PNG"))
        self.assertEqual(json.loads((here / "openapi.json").read_text())["openapi"], "3.1.0")

    def test_no_call_is_left_out(self):
        self.serve("--no-worker")
        page = PAGE.read_text()
        for call in self.calls:
            path = re.sub(r"\\\{\w+\\\}", r"[^/ `\"]+", re.escape(call.path))
            path = path.replace("/api/jobs/[^/ `\\\"]+", r"(/api/jobs/\w+|\$JOB|\$LATER)")
            path = path.replace("/assets/[^/ `\\\"]+", r"(/assets/|\$AVATAR)")
            path = path.replace("/docs/[^/ `\\\"]+", "/docs")
            self.assertRegex(page, path, f"{call} is not in docs/api.md")


if __name__ == "__main__":
    unittest.main()
