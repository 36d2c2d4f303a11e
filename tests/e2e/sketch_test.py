"""The artist's command: sheets of the art, drawn from the program or from a folder."""

import shutil
import struct
import unittest

from house import House, ROOT, png_chunks

ART = ROOT / "resources" / "sketch"


class Sketch(House):
    def size_of(self, file):
        return struct.unpack(">II", dict(png_chunks(file.read_bytes()))["IHDR"][:8])

    def test_it_lists_the_sheets(self):
        told = self.ok("sketch")
        for sheet in ("parts", "hats", "garments", "people", "styles", "moods", "poses", "scenes"):
            self.assertIn(f"  {sheet} ", told)

    def test_a_sheet_shows_every_part_and_says_where(self):
        told = self.ok("sketch", "--sheet", "parts", "--cell", 16, "--out", "sheet.png")
        parts = [part for row in told.splitlines() for part in row.split(": ")[1].split(" | ")]
        self.assertEqual(parts, sorted(file.stem for file in (ART / "parts").glob("*.svg")))
        width, height = self.size_of(self.home / "sheet.png")
        self.assertEqual(width, 12 * 20 + 4)
        self.assertEqual(height, -(-len(parts) // 12) * 20 + 4)

    def test_one_style_for_all(self):
        for style in ("anime", "pixel art"):
            self.ok("sketch", "--sheet", "poses", "--cell", 16, "--style", style, "--out",
                    f"{style}.png")
        self.assertNotEqual((self.home / "anime.png").read_bytes(),
                            (self.home / "pixel art.png").read_bytes())

    def test_a_new_hat_is_drawn_without_a_build(self):
        art = self.home / "art"
        shutil.copytree(ART, art)
        shutil.copy(art / "parts" / "crown.svg", art / "parts" / "paper-crown.svg")
        told = self.ok("sketch", "--sheet", "hats", "--art", "art", "--cell", 16, "--out", "h.png")
        self.assertIn("paper-crown, long", told)
        self.assertNotIn("paper-crown", self.ok("sketch", "--sheet", "hats", "--cell", 16,
                                                "--out", "h.png"))

    def test_what_it_cannot_do_is_said(self):
        self.assertIn("Did you mean hats?", self.refused(2, "sketch", "--sheet", "hat", "--out",
                                                         "x.png"))
        self.assertIn("--out", self.refused(2, "sketch", "--sheet", "hats"))
        self.assertIn("--sheet", self.refused(2, "sketch", "--out", "x.png"))
        self.assertIn("every style", self.refused(2, "sketch", "--sheet", "styles", "--style",
                                                  "comic", "--out", "x.png"))
        self.assertIn("16 to 512", self.refused(2, "sketch", "--sheet", "hats", "--cell", 513))
        self.assertIn("anime", self.refused(2, "sketch", "--sheet", "hats", "--style", "animee",
                                            "--out", "x.png"))
        self.assertIn("nowhere", self.refused(3, "sketch", "--sheet", "hats", "--art", "nowhere",
                                              "--out", "x.png"))
        self.assertFalse((self.home / "x.png").exists())

    def test_broken_art_is_refused_before_anything_is_drawn(self):
        art = self.home / "art"
        shutil.copytree(ART, art)
        hat = art / "parts" / "beret.svg"
        hat.write_text(hat.read_text().replace("<path", "<text", 1))
        told = self.run_medusa("sketch", "--lint", "art")
        self.assertEqual(told.returncode, 1)
        self.assertIn("parts/beret.svg: ", told.stdout)
        self.assertIn("<text>", told.stdout)
        self.assertIn("parts/beret.svg", self.refused(1, "sketch", "--sheet", "moods", "--art",
                                                      "art", "--out", "x.png"))
        self.assertFalse((self.home / "x.png").exists())

    def test_the_art_of_the_program_is_sound(self):
        self.assertIn("sound", self.ok("sketch", "--lint"))
        self.assertIn("sound", self.ok("sketch", "--lint", ART))


if __name__ == "__main__":
    unittest.main()
