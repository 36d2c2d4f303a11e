"""One command turns a description into a stored character, and more pictures of the same person."""

import hashlib
import json
import math
import unittest

from house import House, LUNA, png_chunks, png_texts


class MainJob(House):
    def test_luna_becomes_a_whole_character(self):
        record = self.ok_json("generate", *LUNA, "--tags", "mysterious,wise,caring,magical")
        self.assertEqual(record["id"], 123456)
        self.assertEqual(record["imageGeneration"]["characterSeed"], 4164696983)
        self.assertEqual(record["imageGeneration"]["seed"], 4164696983)
        self.assertEqual(record["personalityTraits"],
                         {"mainTrait": "mysterious", "subTraits": ["wise", "caring", "magical"]})
        self.assertEqual(record["slug"], "luna-starweaver")
        self.assertEqual(record["look"]["hairColor"], "silver")
        self.assertEqual(record["look"]["species"], "elf")
        self.assertEqual(record["owner"], {"userId": "local", "username": "anna"})
        self.assertEqual(record["imageGeneration"]["engine"], "sketch")

        picture = self.asset(record["avatar"])
        self.assertEqual(str(picture), record["avatarPath"])
        self.assertEqual(picture.parent,
                         self.data / "assets/anna/characters/luna-starweaver/avatar")
        data = picture.read_bytes()
        self.assertIn(hashlib.sha256(data).hexdigest()[:8], picture.name)
        self.check_marks(data, record)

        vector = json.loads(self.asset(record["embeddings"]["url"]).read_text())
        self.assertEqual(len(vector["vector"]), 384)
        self.assertAlmostEqual(math.fsum(x * x for x in vector["vector"]), 1, places=4)
        self.assertIn("A mystical elven sorceress with silver hair. mysterious, ", vector["text"])
        manifests = list((picture.parents[1] / "generations").iterdir())
        self.assertEqual(len(manifests), 1)
        self.assertEqual(json.loads(manifests[0].read_text())["image"]["seed"], 4164696983)
        self.assertEqual((self.home / ".last_image_number").read_text().strip(), "1")

    def check_marks(self, data, record):
        header = dict(png_chunks(data))["IHDR"]
        self.assertEqual(int.from_bytes(header[:4]), 1024)
        self.assertEqual(int.from_bytes(header[4:8]), 1024)
        texts = png_texts(data)
        self.assertIn("silver hair", texts["parameters"])
        self.assertIn("Seed: 4164696983, Size: 1024x1024", texts["parameters"])
        self.assertNotIn("Sampler", texts["parameters"], "a drawing was not sampled")
        self.assertIn("digitalsourcetype/algorithmicMedia", texts["XML:com.adobe.xmp"])
        self.assertEqual(json.loads(texts["medusa"])["character"]["id"], record["id"])

    def test_the_same_character_in_more_pictures(self):
        record = self.ok_json("generate", *LUNA)
        seen = set()
        for kind, folder in (("portrait", "images"), ("full-body", "images"),
                             ("action", "images"), ("variation", "variations")):
            made = self.ok_json("image", record["id"], "--type", kind, "--mood", "happy",
                                "--setting", "magical forest")["images"]
            self.assertEqual(len(made), 1)
            self.assertEqual(made[0]["type"], kind)
            self.assertEqual(made[0]["mood"], "happy")
            self.assertIn(f"/{folder}/", made[0]["url"])
            seen.add(made[0]["sha256"])
        custom = self.ok_json("image", record["id"], "--type", "custom", "--prompt",
                              "reading an old book", "--count", 3)["images"]
        self.assertEqual(len({image["seed"] for image in custom}), 3)
        seen.update(image["sha256"] for image in custom)
        self.assertEqual(len(seen), 7)
        shown = self.ok_json("show", record["id"])
        self.assertEqual(len(shown["images"]), 8)
        self.assertEqual((self.home / ".last_image_number").read_text().strip(), "8")

    def test_someone_elses_character_is_not_found(self):
        record = self.ok_json("generate", *LUNA)
        message = self.refused(3, "image", record["id"], "--userId", "other")
        self.assertIn(f"no character {record['id']}", message)
        self.refused(3, "show", 999999)

    def test_a_deleted_character_leaves_nothing(self):
        first = self.ok_json("generate", *LUNA)
        self.ok("generate", *LUNA)
        self.ok("image", first["id"], "--count", 2)
        folder = self.asset(first["avatar"]).parents[1]
        kept = {path: path.read_bytes() for path in self.data.rglob("*.*")
                if path.is_file() and "luna-starweaver-2" in str(path)}
        self.assertGreater(len(kept), 2)
        self.assertIn("--force", self.refused(2, "delete", first["id"]))
        self.refused(3, "delete", first["id"], "--force", "--userId", "bob")
        self.assertEqual(len(self.ok_json("list")), 2)
        gone = self.ok_json("delete", first["id"], "--force")
        self.assertEqual(gone, {"deleted": first["id"], "files": 7})
        self.assertEqual([path for path in folder.rglob("*") if path.is_file()], [])
        self.refused(3, "show", first["id"])
        self.refused(3, "delete", first["id"], "--force")
        self.assertEqual([one["id"] for one in self.ok_json("list")], [first["id"] + 1])
        for path, content in kept.items():
            self.assertEqual(path.read_bytes(), content)
        again = self.ok_json("generate", *LUNA)
        self.assertEqual((again["id"], again["slug"]), (first["id"] + 2, first["slug"]))

    def test_characters_are_listed_newest_first(self):
        self.assertEqual(self.ok_json("list"), [])
        self.ok("generate", *LUNA)
        self.ok("generate", *LUNA)
        records = self.ok_json("list")
        self.assertEqual([record["id"] for record in records], [123457, 123456])
        self.assertEqual([record["slug"] for record in records],
                         ["luna-starweaver-2", "luna-starweaver"])
        self.assertTrue(all("avatarPath" in record for record in records))

    def test_without_a_name_the_next_template_is_made(self):
        names = [self.ok_json("generate")["name"] for _ in range(6)]
        self.assertEqual(names, ["Luna Starweaver", "Zara Cybershade", "Captain Aria Blackwater",
                                 "Dr. Elena Nova", "Sakura Dreamlight", "Luna Starweaver 2"])

    def test_a_seed_of_ones_own_counts_for_the_picture_only(self):
        record = self.ok_json("generate", *LUNA, "--seed", 7)
        self.assertEqual(record["imageGeneration"]["seed"], 7)
        self.assertEqual(record["imageGeneration"]["characterSeed"], 4164696983)

    def test_doctor_is_green_on_a_fresh_machine(self):
        told = self.ok("doctor")
        for part in ("sketch, embedded", "SQLite, embedded", "local folder, embedded", "MiniLM"):
            self.assertIn(part, told)
        self.assertIn("All is well", told)
        self.assertTrue(all(check["ok"] for check in self.ok_json("validate-setup")["checks"]))

    def test_prompt_files_reach_the_prompt(self):
        (self.home / "positive_prompt.txt").write_text("soft morning light\n")
        own = self.home / "own.txt"
        own.write_text("rough paper")
        record = self.ok_json("generate", *LUNA, "--negative-prompt", own)
        self.assertIn("soft morning light", record["imageGeneration"]["prompt"])
        self.assertIn("rough paper", record["imageGeneration"]["negativePrompt"])


if __name__ == "__main__":
    unittest.main()
