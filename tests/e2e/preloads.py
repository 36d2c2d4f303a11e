"""A disk that fails and clocks that jump, for the real program: tests/support/preload."""

import errno
import mmap
import os
import pathlib
import struct

LIBRARIES = pathlib.Path(os.environ.get("MEDUSA_PRELOADS", "."))
FOR_EVER = 1 << 40


class Shared:
    """Some 64-bit numbers in a file that the program maps as well."""

    def __init__(self, file, count):
        file.write_bytes(bytes(8 * count))
        with file.open("r+b") as opened:
            self.bytes = mmap.mmap(opened.fileno(), 8 * count)

    def __getitem__(self, index):
        return struct.unpack_from("=q", self.bytes, 8 * index)[0]

    def __setitem__(self, index, value):
        struct.pack_into("=q", self.bytes, 8 * index, value)


class FaultyDisk:
    """Of all that is changed below paths that begin with `prefix`, some calls fail: those from
    number `first` to `last`, with errno `reason`; 0 kills the process."""

    def __init__(self, plan_file, prefix):
        self.plan = Shared(plan_file, 4)
        self.environment = {"LD_PRELOAD": str(LIBRARIES / "libfaulty_disk.so"),
                            "MEDUSA_TEST_DISK": str(prefix),
                            "MEDUSA_TEST_DISK_PLAN": str(plan_file)}

    @property
    def calls(self):
        return self.plan[0]

    def fail(self, first, last=FOR_EVER, reason=errno.EIO):
        """Counting begins anew."""
        self.plan[1] = 0
        self.plan[0], self.plan[2], self.plan[3] = 0, last, reason
        self.plan[1] = first

    def fill(self):
        self.fail(1, reason=errno.ENOSPC)

    def mend(self):
        self.plan[1] = 0


class MovedClock:
    """The wall clock is moved at will; the clock by which time passes runs `pace` times as fast."""

    def __init__(self, file, pace=1):
        self.milliseconds = Shared(file, 1)
        self.environment = {"LD_PRELOAD": str(LIBRARIES / "libmoved_clock.so"),
                            "MEDUSA_TEST_CLOCK": str(file), "MEDUSA_TEST_PACE": str(pace)}

    def move(self, hours):
        self.milliseconds[0] = int(hours * 3_600_000)


def both(disk, clock):
    """The environment of a program that has both."""
    return disk.environment | clock.environment | {
        "LD_PRELOAD": ":".join(one.environment["LD_PRELOAD"] for one in (disk, clock))}
