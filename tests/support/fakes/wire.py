"""HTTP/1.1 for the fakes, on asyncio's streams alone: a fault plan must be able to break off at any
byte, which a web framework would not allow.

A handler takes a Request and returns a Response, an Upgrade, or raises Reset.
"""

import asyncio
import json
import socket
import struct
import urllib.parse

HEAD_BYTES_MAX = 64 * 1024
DRIPS = 20
REASONS = {101: "Switching Protocols", 200: "OK", 202: "Accepted", 400: "Bad Request",
           401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
           413: "Request Entity Too Large", 422: "Unprocessable Entity",
           500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
           504: "Gateway Timeout", 520: "Unknown Error",
           524: "A Timeout Occurred", 530: "Origin Error"}


class Reset(Exception):
    """The connection ends with a TCP reset, without another byte."""


class Request:
    """One request; header names in lower case, `query` with the last value of each name."""

    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        path, _, query = target.partition("?")
        self.path = urllib.parse.unquote(path)
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))

    def json(self):
        """Raises ValueError where the body is no JSON; NaN passes, as in Python's own servers."""
        return json.loads(self.body)


class Response:
    """`cut` sends only so many bytes of the body and then resets; `endless` goes on with zeros;
    `drip_seconds` is the time that the body takes."""

    def __init__(self, status=200, body=b"", content_type=None, headers=()):
        self.status, self.body, self.content_type = status, body, content_type
        self.headers = list(headers)
        self.cut = None
        self.endless = False
        self.drip_seconds = 0.0
        self.claimed_bytes = None

    def head(self):
        length = len(self.body) if self.claimed_bytes is None else self.claimed_bytes
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Status')}",
                 f"Content-Length: {length}"]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Upgrade:
    """The connection becomes a WebSocket: `run(reader, writer)` has it from here on."""

    def __init__(self, headers, run):
        self.headers, self.run = headers, run


def json_response(data, status=200):
    return Response(status, json.dumps(data).encode(), "application/json; charset=utf-8")


def text_response(text, status=200, content_type="text/plain; charset=utf-8"):
    return Response(status, text.encode(), content_type)


def html_response(title, status=200):
    return text_response(f"<!DOCTYPE html><html><head><title>{title}</title></head>"
                         f"<body><h1>{title}</h1></body></html>", status,
                         "text/html; charset=utf-8")


def reset(writer):
    """Closes with RST, so that the other side sees an error and not an end."""
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def read_head(reader):
    """First line and headers, or None at the end of the stream."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in filter(None, lines):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return first, headers


async def read_body(reader, headers):
    if "chunked" in headers.get("transfer-encoding", ""):
        body = b""
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readline()
        return body
    return await reader.readexactly(int(headers.get("content-length", 0)))


class Server:
    """Listens on one port that stays its own while the server is down.

    A second socket is bound to the port and never listens: connects are refused while the server is
    down, and nobody else gets the number meanwhile.
    """

    def __init__(self, handler, port=0, tls=None):
        self.handler, self.writers, self.server, self.tls = handler, set(), None, tls
        self.keeper = self.bound(port)
        self.port = self.keeper.getsockname()[1]

    @staticmethod
    def bound(port):
        # By its name, else asyncio leaves Nagle's algorithm on, and each reply waits for 40 ms.
        raw = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Inherited by connections: without it the end of an answer waits 40 ms to be sent.
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.bind(("127.0.0.1", port))
        return raw

    async def start(self):
        self.server = await asyncio.start_server(self.connection, sock=self.bound(self.port),
                                                 limit=HEAD_BYTES_MAX, backlog=512, ssl=self.tls)

    def stop(self):
        """Stops listening and resets every connection."""
        if self.server:
            self.server.close()
            self.server = None
        for writer in list(self.writers):
            reset(writer)

    async def connection(self, reader, writer):
        self.writers.add(writer)
        # As real servers do; asyncio leaves it out for a socket that was bound without naming TCP.
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while await self.exchange(reader, writer):
                pass
        except Reset:
            reset(writer)
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def exchange(self, reader, writer):
        """Serves one request; false when the connection is over."""
        head = await read_head(reader)
        if head is None:
            return False
        first, headers = head
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        method, target, _version = first.split(" ", 2)
        request = Request(method, target, headers, await read_body(reader, headers))
        answer = await self.handler(request)
        if isinstance(answer, Upgrade):
            lines = ["HTTP/1.1 101 Switching Protocols", *answer.headers]
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
            await answer.run(reader, writer)
            return False
        await send(writer, answer)
        return headers.get("connection", "").lower() != "close"


async def send(writer, answer):
    writer.write(answer.head())
    if answer.cut is not None:
        writer.write(answer.body[:answer.cut])
        await writer.drain()
        # The bytes shall arrive: a reset at once would throw them away on the way.
        await asyncio.sleep(0.05)
        raise Reset
    pieces = DRIPS if answer.drip_seconds else 1
    for number in range(pieces):
        size = len(answer.body)
        writer.write(answer.body[size * number // pieces:size * (number + 1) // pieces])
        await writer.drain()
        await asyncio.sleep(answer.drip_seconds / pieces)
    while answer.endless:
        writer.write(bytes(65536))
        await writer.drain()
