#!/usr/bin/env python3
"""The way to a RunPod pod: a proxy that cuts silent requests and hides cold pods. See README.md."""

import asyncio
import time

import control
from diary import Diary
from http_faults import with_faults
from wire import Request, Response, Server, Upgrade, html_response, read_body, read_head, reset

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "expect"}
SIGNED = [("Server", "cloudflare"), ("CF-RAY", "0000000000000000-FRA")]
COLD_PAGES = {"502": (502, "Bad gateway"), "html200": (200, "Your pod is starting"),
              "html404": (404, "404 Not Found"), "530": (530, "Origin DNS error")}


class Silent(Exception):
    """The pod did not answer in time."""


def page(status, title):
    answer = html_response(title, status)
    answer.headers += SIGNED
    return answer


class ProxyPod:
    """The proxy of one pod; `options`: to, silence, cold, cold_page, websocket_seconds."""

    def __init__(self, index, options, plan):
        self.index, self.options, self.plan = index, options, plan
        self.target = options.to[index]
        self.seconds = 0.0
        self.diary, self.seen = Diary(index), {}
        self.cold_until = 0.0
        self.server = Server(self.handle, options.ports[index], options.tls)

    async def start(self):
        self.cold_until = time.monotonic() + self.options.cold_of(self.index)
        await self.server.start()
        self.diary.note("up", cold_seconds=self.options.cold_of(self.index))

    async def restart(self, seconds, why="restart"):
        """The pod's address goes on answering, with pages, while nothing is behind it."""
        self.diary.note("down", why=why, lost=[])
        self.cold_until = time.monotonic() + seconds

    async def handle(self, request):
        if request.path.startswith("/_fake/"):
            return await self.options.control(self, request)
        if time.monotonic() < self.cold_until:
            self.diary.note("cold", route=f"{request.method} {request.path}")
            return page(*COLD_PAGES[self.options.cold_page])
        return await with_faults(self.plan, self.diary, self.seen, request, self.relay)

    async def relay(self, request):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            return page(502, "Bad gateway")
        upgrades = "upgrade" in request.headers.get("connection", "").lower()
        try:
            writer.write(self.outgoing(request, upgrades))
            head = await self.answer_head(reader, request)
            if upgrades and head[0].split(" ")[1] == "101":
                return self.tunnel(head[1], reader, writer)
            return await self.whole(head, reader, writer)
        except Silent:
            writer.close()
            return page(524, "A timeout occurred")
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()
            return page(520, "Web server is returning an unknown error")

    def outgoing(self, request: Request, upgrades):
        lines = [f"{request.method} {request.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in request.headers.items()
                  if name not in HOP_BY_HOP]
        lines.append("Connection: Upgrade" if upgrades else "Connection: close")
        if request.body or request.method == "POST":
            lines.append(f"Content-Length: {len(request.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + request.body

    async def answer_head(self, reader, request):
        """Raises Silent, or ConnectionError where the pod breaks off."""
        try:
            head = await asyncio.wait_for(read_head(reader), self.options.silence)
        except asyncio.TimeoutError:
            self.diary.note("cut", route=f"{request.method} {request.path}")
            raise Silent from None
        if head is None:
            raise ConnectionError
        return head

    async def whole(self, head, reader, writer):
        first, headers = head
        body = await read_body(reader, headers)
        writer.close()
        answer = Response(int(first.split(" ")[1]), body, headers.get("content-type"), SIGNED)
        answer.headers += [(name, value) for name, value in headers.items()
                           if name in ("content-disposition", "www-authenticate")]
        return answer

    def tunnel(self, headers, reader, writer):
        """Bytes in both directions until one side ends, or until the proxy has had enough."""
        async def pipe(source, sink):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()

        async def run(client_reader, client_writer):
            self.diary.note("ws_open")
            ways = [asyncio.create_task(pipe(client_reader, writer)),
                    asyncio.create_task(pipe(reader, client_writer))]
            await asyncio.wait(ways, timeout=self.options.websocket_seconds,
                               return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            writer.close()
            reset(client_writer)
            self.diary.note("ws_close")

        return Upgrade([f"{name}: {value}" for name, value in headers.items()], run)


def options():
    parser = control.shared_options(__doc__)
    parser.add_argument("--to", required=True, help="ports of the pods behind, by commas")
    parser.add_argument("--silence", type=float, default=100.0,
                        help="seconds without an answer until a request is cut with 524")
    parser.add_argument("--cold", default="0",
                        help="seconds until the pods are there; several, by commas, go round")
    parser.add_argument("--cold-page", default="502", choices=list(COLD_PAGES))
    parser.add_argument("--websocket-seconds", type=float,
                        help="a WebSocket is dropped after so long")
    chosen = parser.parse_args()
    chosen.to = [int(port) for port in chosen.to.split(",")]
    chosen.pods = len(chosen.to)
    chosen = control.finished(chosen)
    cold = [float(part) for part in chosen.cold.split(",")]
    chosen.cold_of = lambda index: cold[index % len(cold)]
    return chosen


async def main():
    await control.Fleet(ProxyPod, options()).run()


if __name__ == "__main__":
    asyncio.run(main())
