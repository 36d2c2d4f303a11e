"""The folders of a ComfyUI server, in memory: input, output, temp.

A picture that a prompt made is kept as a recipe and painted when somebody looks at it.
"""

import hashlib
import json
import os.path
import posixpath
import re

from pictures import noise_png, picture_size


class Painted:
    """A picture yet to be painted: its size, its seed, and the graph that goes into its text."""

    def __init__(self, width, height, seed, prompt):
        self.width, self.height, self.seed, self.prompt = width, height, seed, prompt

    def data(self):
        return noise_png(self.width, self.height, self.seed,
                         [("prompt", json.dumps(self.prompt))])


class Folders:
    """Files by (type, subfolder, name). They outlive a restart, except those of type temp."""

    def __init__(self):
        self.files, self.counters = {}, {}

    def find(self, kind, subfolder, name):
        """The bytes, or None."""
        found = self.files.get((kind, subfolder, name))
        return found.data() if isinstance(found, Painted) else found

    def annotated(self, name):
        """Bytes of an input by the name that LoadImage uses, `sub/a.png [output]`; or None."""
        if not isinstance(name, str):
            return None
        found = re.fullmatch(r"(.*?)(?: \[(input|output|temp)\])?", name, re.DOTALL)
        return self.find(found[2] or "input", posixpath.dirname(found[1]),
                         posixpath.basename(found[1]))

    def annotated_size(self, name):
        data = self.annotated(name)
        return picture_size(data) if data is not None else None

    def annotated_hash(self, name):
        data = self.annotated(name)
        return hashlib.sha256(data).hexdigest() if data is not None else None

    def inputs(self):
        return sorted(posixpath.join(subfolder, name) for kind, subfolder, name in self.files
                      if kind == "input")

    def upload(self, kind, subfolder, name, data, overwrite):
        """Stores an upload and returns the name that it got: a clash with other content is
        numbered, the same content keeps its name."""
        stem, suffix = os.path.splitext(name)
        number = 1
        while not overwrite and (there := self.find(kind, subfolder, name)) is not None:
            if there == data:
                break
            name = f"{stem} ({number}){suffix}"
            number += 1
        self.files[kind, subfolder, name] = data
        return name

    def save(self, kind, prefix, width, height, count, seed, prompt):
        """What SaveImage and PreviewImage do; the `images` entry of the result."""
        prefix = prefix.replace("%width%", str(width)).replace("%height%", str(height))
        subfolder, base = posixpath.split(posixpath.normpath(prefix))
        images = []
        for index in range(count):
            name = self.next_name(kind, subfolder, base.replace("%batch_num%", str(index)))
            self.files[kind, subfolder, name] = Painted(width, height, seed + index, prompt)
            images.append({"filename": name, "subfolder": subfolder, "type": kind})
        return images

    def next_name(self, kind, subfolder, base):
        """The next number that is not there yet."""
        while True:
            number = self.counters[kind, subfolder, base] = self.counters.get(
                (kind, subfolder, base), 0) + 1
            name = f"{base}_{number:05}_.png"
            if (kind, subfolder, name) not in self.files:
                return name

    def forget_temporary(self):
        self.files = {key: value for key, value in self.files.items() if key[0] != "temp"}
