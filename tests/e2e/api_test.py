#!/usr/bin/env python3
"""Attacks that follow from the OpenAPI document, call by call: nothing of another owner can be
reached, no scope does more than it says, no field is taken that is not described. A call that is
added to the document is attacked as well, or the suite fails."""

import unittest

from api_contract import NOWHERE, Contract


class Owners(Contract):
    def setUp(self):
        super().setUp()
        luna = self.luna()
        self.serve("--no-worker")
        self.mine = {"Authorization": self.tokens["admin"]}
        queued = self.ask("POST", "/api/characters", {"name": "Ann", "description": "a knight"},
                          Prefer="respond-async", **self.mine)
        hook = self.ask("POST", "/api/webhooks", {"url": "https://example.com/hook"}, **self.mine)
        self.places = {"/api/webhooks/{id}": hook.json()["id"],
                       "/api/characters/{id}": str(luna["id"]),
                       "/assets/{path}": luna["avatar"].removeprefix("/assets/"),
                       "/api/jobs/{id}": queued.json()["id"]}

    def seen(self):
        """All that the owner sees."""
        here = "/api/characters/" + self.places["/api/characters/{id}"]
        seen = [self.ask("GET", path, **self.mine).json()
                for path in (here, here + "/images", "/api/characters", "/api/jobs")]
        files = sorted((str(file), file.read_bytes())
                       for file in (self.data / "assets").rglob("*") if file.is_file())
        return seen, files

    def test_what_is_another_owner_s_is_not_there(self):
        theirs = {"Authorization": self.token("admin", "--user", "ben")}
        before = self.seen()
        attacked = 0
        for call in self.calls:
            if not call.has_id or call.scope == "open":
                continue
            path = call.at(self.places)
            self.assertIsNotNone(path, f"{call}: this suite makes no such object yet")
            for body in ([{"name": "Eve"}, {"imageType": "portrait"}, {}]
                         if call.schema() is not None else [None]):
                with self.subTest(call=str(call), body=body):
                    told = self.ask(call.method, path, body, **theirs)
                    self.assertEqual(told.status, 404, told.body)
                    self.assertEqual(told.json()["code"], "not_found")
                    self.assertEqual(self.seen(), before)
            attacked += 1
        self.assertGreaterEqual(attacked, 10)

    def test_lists_show_what_is_one_s_own(self):
        theirs = {"Authorization": self.token("admin", "--user", "ben")}
        batch = self.ask("GET", "/api/jobs", **self.mine).json()["items"][0]["batch"]
        for call in self.calls:
            schema = call.told["responses"].get("200", {}).get("content", {}).get(
                "application/json", {}).get("schema", {})
            if call.has_id or "items" not in call.looked_up(schema).get("properties", {}):
                continue
            needs = "&".join(f"{one['name']}=luna" for one in call.told.get("parameters", ())
                             if one.get("required"))
            for query in ("", "limit=100", f"batch={batch}", "q=luna", "cursor=b9"):
                with self.subTest(call=str(call), query=query):
                    told = self.ask("GET", f"{call.path}?{query}&{needs}", **theirs)
                    self.assertEqual(told.json()["items"], [])

    def test_the_owner_reaches_each_of_them(self):
        """Else the attack would prove nothing."""
        for call in self.calls:
            if call.has_id and call.scope != "open" and call.method == "GET":
                if call.path.endswith("/events"):
                    continue  # goes on until the job has ended
                told = self.ask("GET", call.at(self.places), **self.mine)
                self.assertEqual(told.status, 200, f"{call}: {told.body}")


class Scopes(Contract):
    may = {"none": set(), "bad": set(), "read": {"read"}, "write": {"read", "write"},
           "admin": {"read", "write", "admin"}}

    def test_each_scope_opens_what_the_document_says(self):
        self.serve("--no-worker")
        tokens = {"none": None, "bad": "Bearer medusa_" + "0" * 64, **self.tokens}
        for call in self.calls:
            path = call.at(NOWHERE)
            self.assertIsNotNone(path, f"{call}: this suite knows no path that leads nowhere")
            for who, token in tokens.items():
                headers = {"Authorization": token} if token else {}
                body = {} if call.schema() is not None else None
                with self.subTest(call=str(call), who=who):
                    told = self.ask(call.method, path, body, **headers)
                    if call.scope == "open" or call.scope in self.may[who]:
                        self.assertNotIn(told.status, (401, 403), told.body)
                    else:
                        expected = 401 if who in ("none", "bad") else 403
                        self.assertEqual(told.status, expected, told.body)
                        self.assertIn("medusa token create", told.json()["advice"])


class Fields(Contract):
    def setUp(self):
        super().setUp()
        self.places = NOWHERE | {"/api/characters/{id}": str(self.luna()["id"])}
        self.serve("--no-worker")
        self.mine = {"Authorization": self.tokens["admin"]}
        queued = self.ask("POST", "/api/characters", {"name": "Ann", "description": "a knight"},
                          Prefer="respond-async", **self.mine)
        self.places["/api/jobs/{id}"] = queued.json()["id"]
        hook = self.ask("POST", "/api/webhooks", {"url": "https://example.com/hook"}, **self.mine)
        self.places["/api/webhooks/{id}"] = hook.json()["id"]

    def refused(self, call, body):
        told = self.ask(call.method, call.at(self.places), body, **self.mine)
        self.assertEqual(told.status, 400, f"{call}: {told.body}")
        return {one["pointer"]: one["detail"] for one in told.json()["errors"]}

    def expect_same_fields(self, call, schema, above="", wrap=lambda part: part):
        fields = schema.get("properties", {})
        self.assertIs(schema["additionalProperties"], False)
        wrong = self.refused(call, wrap(dict.fromkeys(fields, {}) | {"not a field": 1}))
        self.assertEqual(set(wrong), {f"{above}/{name}" for name in [*fields, "not a field"]})
        for name in fields:
            self.assertNotIn("is not known", wrong[f"{above}/{name}"])
        known = wrong[f"{above}/not a field"].partition("known are: ")[2]
        self.assertEqual(set(known.split(", ")) - {""}, set(fields))
        for name in schema.get("required", ()):
            for missing in ({}, {name: None}):
                others = {other: "Ann" for other in schema["required"] if other != name}
                self.refused(call, wrap(others | missing))
        for name, field in fields.items():
            items = call.looked_up(field).get("items")
            if items and "$ref" in items:
                self.expect_same_fields(call, call.looked_up(items), f"{above}/{name}/0",
                                        lambda part, name=name: wrap({name: [part]}))

    def test_the_document_describes_what_is_read_and_nothing_else(self):
        read = 0
        for call in self.calls:
            if (schema := call.schema()) is not None:
                with self.subTest(call=str(call)):
                    self.expect_same_fields(call, schema)
                read += 1
        self.assertGreaterEqual(read, 6)


if __name__ == "__main__":
    unittest.main()
