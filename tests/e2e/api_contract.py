"""What the OpenAPI document promises, asked from a running service: its calls, and ways to fill in
their paths."""

import re

from http_test import SMALL, Served
from house import LUNA

NOWHERE = {"/api/characters/{id}": "1", "/assets/{path}": "nobody/nothing.png",
           "/docs/{file}": "none", "/api/jobs/{id}": "00000000-0000-4000-8000-000000000000",
           "/api/webhooks/{id}": "00000000-0000-4000-8000-000000000000"}


class Call:
    """One operation of the document."""

    def __init__(self, document, method, path):
        self.document, self.method, self.path = document, method.upper(), path
        self.told = document["paths"][path][method]
        self.scope = self.told["x-scope"]
        self.statuses = {int(status) for status in self.told["responses"]}
        self.has_id = "{" in path

    def __str__(self):
        return f"{self.method} {self.path}"

    def schema(self):
        """Of the body, looked up; None for a call without any."""
        body = self.told.get("requestBody")
        return body and self.looked_up(body["content"]["application/json"]["schema"])

    def looked_up(self, part):
        while "$ref" in part:
            whole = self.document
            for name in part["$ref"].removeprefix("#/").split("/"):
                whole = whole[name]
            part = whole
        return part

    def at(self, places):
        """The path with its {...} filled in by the place that begins alike; None: there is none."""
        for start, name in places.items():
            if self.path.startswith(start):
                return re.sub(r"\{\w+\}", name, self.path, count=1)
        return None if self.has_id else self.path


class Contract(Served):
    """A service that needs tokens, whose every answer must be a declared one."""

    host = "127.0.0.2"  # not the address at which the local user needs none

    def setUp(self):
        super().setUp()
        self.environment["MEDUSA_HTTP_RATE"] = "0"
        self.calls = []
        self.tokens = {scope: self.token(scope) for scope in ("read", "write", "admin")}

    def serve(self, *options):
        running = super().serve(*options)
        document = super().ask("GET", "/openapi.json").json()
        self.calls = [Call(document, method, path) for path, methods in document["paths"].items()
                      for method in methods]
        return running

    def ask(self, method, path, body=None, **headers):
        told = super().ask(method, path, body, **headers)
        call = self.call_of(method, path)
        if call:
            self.assertIn(told.status, call.statuses, f"{call} is not to answer so: {told.body}")
        return told

    def call_of(self, method, path):
        wanted = "GET" if method == "HEAD" else method
        for call in self.calls:
            pattern = re.sub(r"\\\{path\\\}", ".+", re.escape(call.path))
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", pattern)
            if call.method == wanted and re.fullmatch(pattern, path.split("?")[0]):
                return call
        return None

    def luna(self):
        return self.ok_json("generate", *LUNA, *SMALL)
