#!/usr/bin/env python3
"""Feeds tidy.py one bad snippet for each rule, in a tree of its own, and expects the finding."""

import json
import pathlib
import shutil
import stat
import tempfile
import unittest

import tidy

GOOD = {
    "src/core/a.hpp": "// What it is.\n#pragma once\n\nint a();\n",
    "src/core/a.cpp": '#include "core/a.hpp"\n\nint a() { return 1; }\n',
    "src/engine/engine.hpp": '// A port.\n#pragma once\n\n#include "core/a.hpp"\n',
    "src/engine/sketch/b.cpp": '#include "engine/engine.hpp"\n\nint b() { return a(); }\n',
}
# name: (path, text, words of the finding)
BAD = {
    "upwards": ("src/core/b.cpp", '#include "pipeline/c.hpp"\n', "core must not see pipeline"),
    "sideways": ("src/asset/b.hpp", '// A.\n#pragma once\n\n#include "store/c.hpp"\n',
                 "asset must not see store"),
    "adapter to adapter": ("src/engine/comfyui/b.cpp", '#include "engine/sketch/c.hpp"\n',
                           "engine/sketch is an adapter"),
    "pipeline to adapter": ("src/pipeline/b.cpp", '#include "store/sqlite/c.hpp"\n',
                            "store/sqlite is an adapter"),
    "unknown room": ("src/attic/b.cpp", '#include "core/a.hpp"\n', "attic has no place"),
    "json in a header": ("src/domain/b.hpp", "// B.\n#pragma once\n\n#include <boost/json.hpp>\n",
                         "JSON is for the edges"),
    "long file": ("src/core/b.cpp", "int b;\n" * 401, "401 lines"),
    "long line": ("src/core/b.cpp", "int b" + "b" * 100 + ";\n", "columns"),
    "long function": ("src/core/b.cpp", "int f(int n) {\n" + "    ++n;\n" * 70 + "}\n",
                      "a function of 72 lines"),
    "long constructor": ("src/core/b.cpp",
                         "b::b(int n) : n_(n), m_(2) {\n" + "    ++n_;\n" * 70 + "}\n",
                         "a function of 72 lines"),
    "leftover": ("src/core/b.cpp", "int b;  // TODO later\n", "leftover: TODO"),
    "machine path": ("docs/b.md", "see /work/main\n", "path of one machine"),
    "registry": ("deps/b.txt", "https://registry.example/x\n", "package registry host"),
    "code in comment": ("src/core/b.cpp", "// b = 2;\nint b;\n", "code in a comment"),
    "printing": ("src/core/b.cpp", "void b() { std::cout << 1; }\n", "prints"),
    "co_await": ("src/http/b.cpp", "task b() { co_await send({text, 1}); }\n", "inside co_await"),
    "macro": ("src/core/b.cpp", "#define B 1\n", "defines a macro"),
    "type name": ("src/core/b.cpp", "struct Bad {};\n", "names are snake_case"),
    "bare header": ("src/core/b.hpp", "#pragma once\n", "a header opens with"),
    "no pragma": ("src/core/b.hpp", "// B.\n", "no #pragma once"),
    "not executable": ("tools/b.sh", "#!/bin/sh\ntrue\n", "not executable"),
}


class TidyTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)
        for path, text in GOOD.items():
            self.write(path, text)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def findings(self, build=None):
        return [f"{path}:{line}: {what}" for path, line, what in tidy.check(self.root, build)]

    def test_a_tidy_tree_has_no_findings(self):
        self.assertEqual(self.findings(), [])

    def test_each_bad_snippet_is_found(self):
        for name, (path, text, words) in BAD.items():
            with self.subTest(name):
                self.write(path, text)
                found = [line for line in self.findings()
                         if line.startswith(path) and words in line]
                self.assertTrue(found, self.findings())
                (self.root / path).unlink()
                if not any((self.root / path).parent.iterdir()):
                    (self.root / path).parent.rmdir()

    def test_two_types_of_one_name_are_found(self):
        one = "namespace medusa {\nstruct pace { int a; };\n}\n"
        for name, other in {
                "a class": "namespace medusa {\nclass pace final : public walk { int b; };\n}\n",
                "an enum": "namespace medusa { enum class pace : char { slow }; }\n",
                "a template": "namespace medusa { template <class T>\nstruct pace { T b; }; }\n",
        }.items():
            with self.subTest(name):
                self.write("src/core/b.cpp", one)
                self.write("src/store/c.cpp", other)
                found = [line for line in self.findings() if "medusa::pace is defined" in line]
                self.assertEqual(len(found), 1, self.findings())
                self.assertIn("src/core/b.cpp:2", found[0])
                self.assertTrue(found[0].startswith("src/store/c.cpp:"), found)

    def test_types_that_cannot_meet_may_share_a_name(self):
        self.write("src/core/b.cpp", "namespace medusa {\nstruct pace { int a; };\n}\n")
        for name, other in {
                "anonymous": "namespace medusa { namespace { struct pace { int b; }; } }\n",
                "another namespace": "namespace medusa::sketch { struct pace { int b; }; }\n",
                "inside a type": "namespace medusa { struct walk { struct pace { int b; }; }; }\n",
                "inside a function": "namespace medusa { void f() { struct pace { int b; }; } }\n",
                "only declared": "namespace medusa { struct pace; pace f(struct pace& p); }\n",
                "a specialisation": "namespace medusa { template <> struct pace<int> {}; }\n",
                "a value of it": "namespace medusa { constexpr struct pace made{1}; }\n",
        }.items():
            with self.subTest(name):
                self.write("src/store/c.cpp", other)
                self.assertEqual(self.findings(), [])

    def test_words_in_strings_are_not_code(self):
        self.write("src/core/b.cpp", 'const char* b = "std::cout << R({";\nchar c = \'{\';\n')
        self.assertEqual(self.findings(), [])

    def test_a_test_may_include_what_it_tests_with(self):
        self.write("src/engine/sketch/b_test.cpp", '#include "store/sqlite/store.hpp"\n')
        self.assertEqual(self.findings(), [])

    def test_an_empty_folder_is_found(self):
        (self.root / "src/worker").mkdir()
        self.assertEqual(self.findings(), ["src/worker:0: empty folder"])

    def test_an_executable_that_is_no_script_is_found(self):
        path = self.root / "src/core/a.cpp"
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        self.assertEqual(self.findings(), ["src/core/a.cpp:1: executable, but no script"])

    def test_a_file_that_is_not_built_is_found(self):
        build = self.root / "build"
        build.mkdir()
        commands = [{"directory": str(self.root), "file": "src/core/a.cpp"}]
        (build / "compile_commands.json").write_text(json.dumps(commands))
        self.assertEqual(self.findings(build), ["src/engine/sketch/b.cpp:1: is not built"])

    @unittest.skipUnless(shutil.which("clang-format-16"), "needs clang-format-16")
    def test_unformatted_code_is_found(self):
        self.write(".clang-format", "BasedOnStyle: Google\n")
        self.write("src/core/b.cpp", "int   b;\n")
        self.assertTrue(any("clang-format" in line for line in self.findings()))

    @unittest.skipUnless(shutil.which("shellcheck"), "needs shellcheck")
    def test_a_careless_script_is_found(self):
        self.write("tools/b.sh", "#!/bin/sh\nrm $1\n")
        (self.root / "tools/b.sh").chmod(0o755)
        self.assertTrue(any("shellcheck" in line for line in self.findings()))


if __name__ == "__main__":
    unittest.main()
