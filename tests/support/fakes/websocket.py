"""The WebSocket protocol (RFC 6455) as far as the fakes need it: unfragmented sending, either side.
"""

import asyncio
import base64
import hashlib
import json
import os
import struct

from wire import Upgrade

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
# A peer that does not read must not fill our memory.
BUFFER_BYTES_MAX = 32 * 1024 * 1024


def accept_key(key):
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()


def frame(kind, payload, masked=False):
    head = bytes([0x80 | kind])
    flag = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([flag | len(payload)])
    elif len(payload) < 65536:
        head += struct.pack(">BH", flag | 126, len(payload))
    else:
        head += struct.pack(">BQ", flag | 127, len(payload))
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + unmask(payload, mask)


def unmask(payload, mask):
    repeated = (mask * (len(payload) // 4 + 1))[:len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(
        len(payload), "big")


class WebSocket:
    """One connection. A deaf one answers neither pings nor anything else and sends nothing; `times`
    is how often each frame goes out."""

    def __init__(self, reader, writer, masked=False):
        self.reader, self.writer, self.masked = reader, writer, masked
        self.deaf, self.times = False, 1

    def send(self, kind, payload):
        if self.deaf or self.writer.is_closing():
            return
        if self.writer.transport.get_write_buffer_size() > BUFFER_BYTES_MAX:
            self.writer.transport.abort()
            return
        self.writer.write(frame(kind, payload, self.masked) * self.times)

    def send_json(self, message):
        self.send(TEXT, json.dumps(message).encode())

    async def receive(self):
        """Kind and payload of the next whole message; answers pings; None at the end."""
        parts, kind = [], None
        while True:
            try:
                first, second = await self.reader.readexactly(2)
                length = second & 0x7F
                if length == 126:
                    length, = struct.unpack(">H", await self.reader.readexactly(2))
                elif length == 127:
                    length, = struct.unpack(">Q", await self.reader.readexactly(8))
                mask = await self.reader.readexactly(4) if second & 0x80 else b"\0\0\0\0"
                payload = unmask(await self.reader.readexactly(length), mask)
            except (asyncio.IncompleteReadError, ConnectionError):
                return None
            if first & 0x0F == PING:
                self.send(PONG, payload)
            elif first & 0x0F == CLOSE:
                self.send(CLOSE, payload[:2])
                return None
            elif first & 0x0F != PONG:
                kind = kind or first & 0x0F
                parts.append(payload)
                if first & 0x80:
                    return kind, b"".join(parts)


def fall_ill(socket, fault):
    """Lets one of the plan's faults befall a socket that has just opened."""
    if fault["fault"] == "ws_twice":
        socket.times = 2
        return

    def strike():
        if fault["fault"] == "ws_drop":
            socket.writer.transport.abort()
        socket.deaf = True

    asyncio.get_running_loop().call_later(fault.get("seconds", 0.5), strike)


def upgrade(request, run):
    """The answer to a handshake; `run(socket)` serves the connection until it returns."""
    key = request.headers.get("sec-websocket-key", "")

    async def serve(reader, writer):
        await run(WebSocket(reader, writer))

    return Upgrade(["Upgrade: websocket", "Connection: Upgrade",
                    f"Sec-WebSocket-Accept: {accept_key(key)}"], serve)


async def connect(port, target, headers=()):
    """A client's side, for tests and for the proxy; the status instead where it is refused."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [f"GET {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket",
             "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13",
             *headers]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status = int(head.split(" ", 2)[1])
    if status != 101:
        writer.close()
        return status
    return WebSocket(reader, writer, masked=True)
