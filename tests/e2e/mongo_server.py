"""The MongoDB-wire server that scripts/test builds, as a program of its own."""

import json
import os
import select
import signal
import subprocess

PROGRAM = os.environ["MEDUSA_MONGO_WIRE"]
START_SECONDS = 60


class MongoServer:
    """Keeps its data in `folder`; `uri` has no database name. Whoever starts it ends it."""

    def __init__(self, folder, port="0"):
        folder.mkdir(exist_ok=True)
        self.process = subprocess.Popen([PROGRAM, "-port", port, folder], text=True,
                                        stdout=subprocess.PIPE)
        if not select.select([self.process.stdout], [], [], START_SECONDS)[0]:
            self.end()
            raise TimeoutError("the MongoDB-wire server does not start")
        self.uri = json.loads(self.process.stdout.readline())["uri"]
        self.port = self.uri.rsplit(":", 1)[1]

    def pause(self):
        """It keeps its connections, and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
