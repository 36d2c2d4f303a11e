"""One account of the fake Cloudinary: its assets, its limits, and what was done to them."""

import hashlib
import time

from diary import Diary
from wire import Server

HOUR_SECONDS = 3600
RATE_LIMIT = 420


class Refusal(Exception):
    """Becomes the status and {"error": {"message": ...}}."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status, self.message = status, message


class Asset:
    def __init__(self, number, data, version, folder):
        self.asset_id = f"{number:032x}"
        self.data, self.version, self.folder = data, version, folder
        self.etag = hashlib.md5(data).hexdigest()


class Account:
    """`options`: see README.md. Assets are kept by (resource type, public id)."""

    def __init__(self, index, options, plan, handler):
        self.index, self.options, self.plan = index, options, plan
        self.diary, self.seen = Diary(index), {}
        self.assets, self.cached, self.made, self.latest = {}, {}, 0, 0
        self.used, self.admin_calls, self.admin_until = 0, 0, 0.0
        self.server = Server(lambda request: handler(self, request), options.ports[index],
                             options.tls)
        self.seconds = 0.0

    async def start(self):
        await self.server.start()
        self.diary.note("up")

    async def restart(self, _seconds, why="restart"):
        """Assets stay, connections end."""
        self.diary.note("down", why=why)
        self.server.stop()
        await self.start()

    def now(self):
        return time.time() + self.options.clock_offset

    def next_version(self):
        """Seconds since the epoch as the real one has it, but never the same twice."""
        self.latest = max(self.latest + 1, int(self.now()))
        return self.latest

    def keep(self, kind, public_id, data, folder, overwrite):
        """(the asset that is there now, whether it was there before)."""
        old = self.assets.get((kind, public_id))
        if old and not overwrite:
            self.diary.note("existing", type=kind, public_id=public_id, etag=old.etag)
            return old, True
        if self.used + len(data) > self.options.disk:
            raise Refusal(500, "No space left on device")
        if self.options.incoming and kind == "image":
            data += b"changed by an incoming transformation"
        self.made += 1
        self.used += len(data) - (len(old.data) if old else 0)
        asset = Asset(self.made, data, self.next_version(), folder)
        if old:
            asset.asset_id = old.asset_id
        self.assets[kind, public_id] = asset
        self.diary.note("overwritten" if old else "stored", type=kind, public_id=public_id,
                        etag=asset.etag, folder=folder, version=asset.version,
                        was=old.etag if old else None)
        return asset, False

    def drop(self, kind, public_id):
        gone = self.assets.pop((kind, public_id), None)
        self.used -= len(gone.data) if gone else 0
        self.diary.note("destroyed" if gone else "destroy_missed", type=kind, public_id=public_id)
        return gone is not None

    def count_admin_call(self, what):
        """(calls left, when the count starts anew): below 0 the call is over the limit."""
        if time.time() >= self.admin_until:
            self.admin_calls, self.admin_until = 0, time.time() + self.options.admin_seconds
        self.admin_calls += 1
        left = self.options.admin_limit - self.admin_calls
        self.diary.note("admin", what=what, refused=left < 0)
        return left, self.admin_until
