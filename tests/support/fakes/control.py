"""What all fakes share around their servers: options, the control routes, many pods in one process.
"""

import argparse
import asyncio
import json
import signal
import ssl

from faults import Plan, rules_from
from wire import Server, json_response


def shared_options(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--pods", type=int, default=1, help="so many servers, a port each")
    parser.add_argument("--port", type=int, default=0,
                        help="the first pod's port, the next ones count on; 0 = any")
    parser.add_argument("--seconds", default="0.5",
                        help="time for a picture; several, by commas, go round the pods")
    parser.add_argument("--seed", type=int, help="of the fault plan")
    parser.add_argument("--faults", default="", help="fault plan: a file or JSON (see README.md)")
    parser.add_argument("--certificate", help="HTTPS with this PEM file of key and certificate")
    return parser


def finished(options):
    """Parsed options with the lists that the pods share."""
    options.seconds = [float(part) for part in options.seconds.split(",")]
    options.ports = [options.port + index if options.port else 0 for index in range(options.pods)]
    options.tls = None
    if options.certificate:
        options.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        options.tls.load_cert_chain(options.certificate)
    options.rules, seed = rules_from(options.faults)
    options.seed = options.seed if options.seed is not None else seed or 0
    return options


def models_from(text):
    """`folder=a,b;folder=c` as folder to files."""
    folders = {}
    for part in filter(None, text.split(";")):
        folder, _, files = part.partition("=")
        folders[folder.strip()] = [name for name in files.split(",") if name]
    return folders


class Fleet:
    """All pods of a process, and the port that answers whatever state they are in."""

    def __init__(self, make_pod, options):
        options.control = self.of_pod
        self.pods = []
        for index in range(options.pods):
            self.pods.append(make_pod(index, options, Plan(options.rules, options.seed, index)))
        self.server = Server(self.of_fleet)

    async def of_fleet(self, request):
        if "pod" not in request.query and request.path == "/_fake/log":
            return json_response({"pods": [pod.diary.page() for pod in self.pods]})
        if "pod" in request.query:
            return await self.of_pod(self.pods[int(request.query["pod"])], request)
        answers = [await self.of_pod(pod, request) for pod in self.pods]
        return answers[0]

    async def of_pod(self, pod, request):
        """The control routes, at the pod's own port and at the fleet's."""
        route = request.path.removeprefix("/_fake/")
        body = json.loads(request.body) if request.body else {}
        if route == "log":
            return json_response(pod.diary.page(int(request.query.get("since", 0))))
        if route == "faults" and request.method == "POST":
            pod.plan.replace(rules_from(request.body.decode())[0])
            return json_response({"rules": len(pod.plan.rules)})
        if route == "faults":
            return json_response({"rules": [{**rule.what, "fired": rule.fired}
                                            for rule in pod.plan.rules]})
        if route == "speed" and request.method == "POST":
            pod.seconds = float(body["seconds"])
            return json_response({"seconds": pod.seconds})
        if route in ("restart", "die") and request.method == "POST":
            down = body.get("seconds", 0.0) if route == "restart" else 1e9
            if getattr(pod, "coming_back", None):
                pod.coming_back.cancel()
            # Once the answer is on its way: the pod's connections end with it.
            asyncio.get_running_loop().call_later(0.05, self.begin_restart, pod, down, route)
            return json_response({"seconds": down})
        return json_response({"error": "unknown control route"}, 404)

    @staticmethod
    def begin_restart(pod, down, why):
        pod.coming_back = asyncio.create_task(pod.restart(down, why))

    async def run(self):
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await self.server.start()
        for pod in self.pods:
            await pod.start()
        print(json.dumps({"ports": [pod.server.port for pod in self.pods],
                          "control": self.server.port}), flush=True)
        await stop.wait()


