"""Looks for secrets in everything that the program leaves behind, for tests of the real program.

With MEDUSA_TEST_CANARY=1 the whole end-to-end suite runs so (see house.py):

    MEDUSA_TEST_CANARY=1 ctest --preset release -L e2e

Debug logging is on, and canaries stand in every variable that may hold a secret and leaves the
outcome as it is. A test's own secrets are found in its environment and watched as well.
"""

import base64
import pathlib
import re
import secrets
import threading
import urllib.parse

LENGTH_MIN = 8  # what is shorter may stand anywhere by chance
SIGN_IN = re.compile(r"[a-z+]+://([^/?#]*)@")
URLS = ("RUNPOD_WEBUI_URL", "RUNPOD_REALISTIC_URL", "RUNPOD_ANIME_CARTOON_FANTASY_URL",
        "MONGODB_URI", "CLOUDINARY_URL", "NATS_URL")
FILES = ("RUNPOD_API_TOKEN_FILE", "MEDUSA_JWT_SECRET_FILE")
SOURCES = {".env"}  # files of a test that hold secrets by their nature, beside those in FILES


def canary(name):
    """A secret that stands nowhere by chance, long enough to sign with, and with
    characters that addresses have to escape."""
    return f"canary-{name}-{secrets.token_hex(16)}/&=+"


def escaped(text):
    return urllib.parse.quote(text, safe="")


def secrets_in(environment):
    """Every secret value in the variables, as it is meant: unescaped, and read from its file."""
    found = {environment[name] for name in ("CLOUDINARY_API_KEY", "CLOUDINARY_API_SECRET")
             if name in environment}
    for name in URLS:
        for address in environment.get(name, "").split(","):
            if signed_in := SIGN_IN.match(address.strip()):
                user, _, password = signed_in[1].partition(":")
                found.add(urllib.parse.unquote(password))
                if name == "CLOUDINARY_URL":
                    found.add(urllib.parse.unquote(user))
    for name in FILES:
        if name in environment and pathlib.Path(environment[name]).is_file():
            found.add(pathlib.Path(environment[name]).read_text().strip())
    return {secret for secret in found if len(secret) >= LENGTH_MIN}


def planted(environment, folder):
    """The environment with debug logging and canaries, some of them in files in `folder`."""
    more = dict(environment, MEDUSA_LOG="debug")
    for name in FILES:
        if name not in more:
            file = folder / name.lower()
            if not file.exists():
                file.write_text(re.sub(r"[/&=+]", "", canary("file")) + "\n")
            more[name] = str(file)
    user = f"anna:{escaped(canary('password'))}@"
    for name in URLS:
        if name.startswith("RUNPOD") and "RUNPOD_API_TOKEN_FILE" not in environment:
            more = signed_in(more, name, user)
    if more.get("MONGODB_URI", "").startswith("mongodb://127") and "?" not in more["MONGODB_URI"]:
        more = signed_in(more, "MONGODB_URI", user)
        more["MONGODB_URI"] += "?authMechanism=PLAIN"
    return more


def signed_in(environment, name, user):
    addresses = [one if SIGN_IN.match(one) else one.replace("://", f"://{user}", 1)
                 for one in environment.get(name, "").split(",")]
    return environment | {name: ",".join(addresses)} if environment.get(name) else environment


def forms(secret):
    """As bytes: as it is, escaped for an address and for JSON, in hexadecimal digits, and what of
    it is the same in every base64 text that it is a part of."""
    raw = secret.encode()
    found = {raw, escaped(secret).encode(), urllib.parse.quote(secret).encode(),
             secret.replace("/", "\\/").encode(), raw.hex().encode(),
             "".join(f"%{byte:02x}" for byte in raw).encode()}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            text = encode(bytes(before) + raw)
            # The first and the last characters also hold bits of what stands beside it.
            found.add(text[(0, 2, 3)[before]:len(text) - (0, 3, 2)[(before + len(raw)) % 3]])
    return {form for form in found if len(form) >= LENGTH_MIN}


class Watch:
    """For one test; `home` is the folder that everything is written below."""

    def __init__(self, home):
        self.home = home
        self.secrets, self.sources = set(), set()
        self.said = []  # (what, bytes)
        self.lines = set()

    def learn(self, environment):
        self.secrets |= secrets_in(environment)
        self.sources |= {pathlib.Path(environment[name]) for name in FILES if name in environment}

    def hear(self, what, *texts):
        self.said += [(what, text.encode(errors="surrogateescape") if isinstance(text, str)
                       else text) for text in texts if text]

    def follow(self, process):
        """Notes the command lines of a process and of those that it starts, until it ends."""
        thread = threading.Thread(target=self.note_lines, args=(process,), daemon=True)
        thread.start()
        return thread

    def note_lines(self, process):
        pause = threading.Event()
        while process.returncode is None:
            self.note_tree(pathlib.Path(f"/proc/{process.pid}"))
            pause.wait(0.02)

    def note_tree(self, process):
        try:
            self.lines.add((process / "cmdline").read_bytes())
            for children in process.glob("task/*/children"):
                for child in children.read_text().split():
                    self.note_tree(pathlib.Path("/proc") / child)
        except OSError:
            pass  # it has ended

    def leaks(self):
        """Where which secret was found, in words; each thread of follow() has ended."""
        places = self.said + [("a command line", line) for line in self.lines]
        places += [(str(file.relative_to(self.home)), file.read_bytes())
                   for file in self.home.rglob("*")
                   if file.is_file() and file not in self.sources and file.name not in SOURCES]
        return sorted({f"{secret!r} in {what}: ...{text[max(0, at - 40):at + 40]!r}"
                       for secret in self.secrets for form in forms(secret)
                       for what, text in places if (at := text.find(form)) >= 0})
