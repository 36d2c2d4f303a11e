"""Reads multipart/form-data (RFC 7578) as an upload sends it."""

import re
import urllib.parse

NAME = re.compile(rb'\bname="([^"]*)"')


def fields_of(request):
    """(text fields, bytes of the part "file" or None). Raises ValueError for anything malformed."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True)), None
    edge = re.search(r'boundary="?([^";]+)"?', kind)
    if not kind.startswith("multipart/form-data") or not edge:
        raise ValueError("not a form")
    fields, file = {}, None
    edge = b"--" + edge[1].encode()
    parts = (b"\r\n" + request.body).split(b"\r\n" + edge)
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise ValueError("the last boundary is missing")
    for part in parts[1:-1]:
        head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = NAME.search(head)
        if not name:
            raise ValueError("a part without a name")
        if name[1] == b"file":
            file = data
        else:
            fields[name[1].decode()] = data.decode()
    return fields, file
