#!/usr/bin/env python3
"""The house rules that a script can check; a ctest of its own (`ctest -R tidy`).

    tools/tidy.py [--build BUILD_FOLDER] [ROOT]

Prints one line a finding, "path:line: what is wrong", and fails if there is any. With a build
folder it also checks that every source file is built.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import cpp_text

# Who may include whom: a room sees the rows above its own, and its own folder. Ports are headers
# directly in their folder. A folder below a port is an adapter: it sees what its port sees, and the
# port; nobody but the composition root (app) sees it.
LAYERS = """
core
domain
record card
config net decode
job
asset store embed search
engine
metrics
number
pipeline
moving recall
worker
webhook
cli http
app
main
"""
ADAPTERS_ARE_NAMED_IN = {"app"}

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100

SKIPPED_FOLDERS = {".git", ".deps", "build", "node_modules", "__pycache__", ".cache"}
CPP = {".cpp", ".hpp"}
CODE = CPP | {".py", ".cmake", ".sh", ".js", ".mjs", ".ts", ".tsx", ".css"}
# These two hold the very words that they look for.
EXEMPT_FROM_LEFTOVERS = {"tools/tidy.py", "tools/tidy_test.py"}

LEFTOVERS = [
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), "leftover"),
    (re.compile(r"/work/|/home/\w+/|/Users/\w+/"), "path of one machine"),
    (re.compile(r"https?://(registry|index|files|deb|proxy|repo\d*|static)\."),
     "package registry host"),
    (re.compile(r"--(extra-)?index-url\b.*://|^\s*\"resolved\":"), "package registry host"),
]
# Commented-out code; an example, indented by three columns or more, is welcome.
CODE_IN_COMMENT = re.compile(
    r"^\s*//+ {0,2}((return|if|for|while|auto|const|static|std::)\b.*[;{]|[\w.:>\-]+\(.*\);"
    r"|[\w.\[\]]+ = .*;|\})\s*$")
PRINTS = re.compile(r"\bstd::(cout|cerr|clog)\b|(?<![\w:.])(std::)?(f?printf|f?puts|putchar)\s*\("
                    r"|\bfmt::print\s*\(")
# g++ 12 miscompiles such temporaries: name the argument first (see CONTRIBUTING.md).
CO_AWAIT_TEMPORARY = re.compile(r"co_await .*(\[|[({]\{|\w\{)")
TYPE_NAME = re.compile(r"^\s*(?:class|struct|enum class|enum|union)\s+([A-Z]\w*)")
MACRO = re.compile(r"^\s*#\s*define\b")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
JSON_INCLUDE = re.compile(r"^\s*#\s*include\s+<(boost/json|nlohmann/)")


class Tree:
    """The files below a root, each read once, and the findings."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.findings = []
        self.files = {}
        self.empty_folders = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS
                                and not (pathlib.Path(folder) / name).is_symlink())
            if not folders and not names:
                self.empty_folders.append(pathlib.Path(folder).relative_to(self.root))
            for name in sorted(names):
                self.read(pathlib.Path(folder) / name)

    def read(self, path):
        if path.is_symlink() or not path.is_file() or path.name == ".git":
            return
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return
        self.files[path.relative_to(self.root)] = text

    def is_code(self, path):
        return (path.suffix in CODE or path.name == "CMakeLists.txt"
                or self.files[path].startswith("#!"))

    def cpp(self):
        return {path: text for path, text in self.files.items() if path.suffix in CPP}

    def report(self, path, line, what):
        self.findings.append((str(path), line, what))


def layer_of(room):
    rows = [row.split() for row in LAYERS.split("\n") if row]
    for number, row in enumerate(rows):
        if room in row:
            return number
    return None


def may_include(path, target):
    """Why `path` must not include `target` (both relative to src/), or None if it may."""
    here, there = path.parent, pathlib.PurePath(target).parent
    room = path.stem if len(path.parts) == 1 else path.parts[0]
    target_room = pathlib.PurePath(target).parts[0]
    if here == there:
        return None
    for name in (room, target_room):
        if layer_of(name) is None:
            return f"{name} has no place in tidy.py's LAYERS"
    if len(there.parts) > 1:
        if room in ADAPTERS_ARE_NAMED_IN:
            return None
        return f"{there} is an adapter: only {', '.join(ADAPTERS_ARE_NAMED_IN)} names it"
    if layer_of(target_room) < layer_of(room):
        return None
    if room == target_room:
        return None
    return f"{room} must not see {target_room}"


def check_includes(tree):
    for path, text in tree.cpp().items():
        if path.parts[0] != "src":
            continue
        inside = path.relative_to("src")
        is_test = path.stem.endswith("_test")
        for number, line in enumerate(text.splitlines(), 1):
            if (found := INCLUDE.match(line)) and not is_test:
                target = found[1] if "/" in found[1] else str(inside.parent / found[1])
                if why := may_include(inside, target):
                    tree.report(path, number, f"includes {found[1]}: {why}")
            if JSON_INCLUDE.match(line) and path.suffix == ".hpp" and inside.parts[0] in (
                    "domain", "pipeline"):
                tree.report(path, number, "JSON is for the edges, not for this header")


def check_sizes(tree):
    for path, text in tree.files.items():
        if not tree.is_code(path):
            continue
        lines = text.splitlines()
        if len(lines) > FILE_LINES_MAX:
            tree.report(path, len(lines), f"{len(lines)} lines, at most {FILE_LINES_MAX}")
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS_MAX:
                tree.report(path, number, f"{len(line)} columns, at most {COLUMNS_MAX}")
        if path.suffix in CPP:
            for first, last in cpp_text.functions(text):
                if last - first + 1 > FUNCTION_LINES_MAX:
                    tree.report(path, first, f"a function of {last - first + 1} lines, at most "
                                             f"{FUNCTION_LINES_MAX}")


def check_leftovers(tree):
    for folder in tree.empty_folders:
        tree.report(folder, 0, "empty folder")
    for path, text in tree.files.items():
        if str(path) in EXEMPT_FROM_LEFTOVERS:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for pattern, what in LEFTOVERS:
                if found := pattern.search(line):
                    tree.report(path, number, f"{what}: {found[0].strip()}")


def check_cpp_lines(tree):
    for path, text in tree.cpp().items():
        inside = path.parts[0] == "src"
        may_print = (not inside or path.parts[1] in ("cli", "main.cpp")
                     or path.stem.endswith("_test"))
        code = cpp_text.without_comments_and_strings(text).splitlines()
        for number, (line, bare) in enumerate(zip(text.splitlines(), code), 1):
            if CODE_IN_COMMENT.match(line):
                tree.report(path, number, "code in a comment")
            if PRINTS.search(bare) and not may_print:
                tree.report(path, number, "prints; only the command line does")
            if CO_AWAIT_TEMPORARY.search(bare):
                tree.report(path, number, "a temporary inside co_await: name the argument first")
            if MACRO.match(bare):
                tree.report(path, number, "defines a macro")
            if found := TYPE_NAME.match(bare):
                tree.report(path, number, f"type {found[1]}: names are snake_case")


def check_headers(tree):
    for path, text in tree.cpp().items():
        if path.suffix != ".hpp":
            continue
        if not text.lstrip().startswith("//"):
            tree.report(path, 1, "a header opens with what it is, who owns it, threads and errors")
        if "#pragma once" not in text:
            tree.report(path, 1, "no #pragma once")


def check_types(tree):
    """The linker takes one of two types of the same name for both, and says nothing."""
    first = {}
    for path, text in tree.cpp().items():
        for name, line in cpp_text.shared_types(text):
            if name in first:
                tree.report(path, line, f"{name} is defined in {first[name]} already: another "
                                        "name, or an anonymous namespace")
            first.setdefault(name, f"{path}:{line}")


def check_scripts(tree):
    for path, text in tree.files.items():
        executable = os.access(tree.root / path, os.X_OK)
        if executable and not text.startswith("#!"):
            tree.report(path, 1, "executable, but no script")
        if text.startswith("#!") and not executable:
            tree.report(path, 1, "a script that is not executable")


def check_built(tree, build):
    commands = json.loads((pathlib.Path(build) / "compile_commands.json").read_text())
    built = {pathlib.Path(entry["directory"], entry["file"]).resolve() for entry in commands}
    for path in tree.cpp():
        if path.suffix == ".cpp" and path.parts[0] == "src":
            if (tree.root / path).resolve() not in built:
                tree.report(path, 1, "is not built")


def check_with(tree, tool, arguments, files, finding):
    """Runs a tool of Debian's over files; `finding` reads path, line and words from its lines."""
    if not files or not shutil.which(tool):
        return
    output = subprocess.run([tool, *arguments, *map(str, files)], cwd=tree.root, text=True,
                            capture_output=True)
    for line in (output.stdout + output.stderr).splitlines():
        if found := finding.match(line):
            tree.report(found[1], int(found[2]), f"{tool}: {found[3]}")


def check_with_tools(tree):
    formatted = list(tree.cpp()) if (tree.root / ".clang-format").exists() else []
    check_with(tree, "clang-format-16", ["--dry-run", "--style=file"], formatted,
               re.compile(r"(.+?):(\d+):\d+: warning: (.*)"))
    shell = [path for path, text in tree.files.items()
             if re.match(r"#!/bin/(ba)?sh\b", text) or path.suffix == ".sh"]
    check_with(tree, "shellcheck", ["--external-sources", "--format=gcc"], shell,
               re.compile(r"(.+?):(\d+):\d+: (.*)"))


def check(root, build=None):
    """All findings below `root`, as (path, line, what)."""
    tree = Tree(root)
    check_includes(tree)
    check_sizes(tree)
    check_leftovers(tree)
    check_cpp_lines(tree)
    check_headers(tree)
    check_types(tree)
    check_scripts(tree)
    check_with_tools(tree)
    if build:
        check_built(tree, build)
    return sorted(set(tree.findings))


def main():
    parser = argparse.ArgumentParser(description="the house rules that a script can check")
    parser.add_argument("--build", help="build folder with compile_commands.json")
    parser.add_argument("root", nargs="?", default=pathlib.Path(__file__).resolve().parent.parent)
    arguments = parser.parse_args()
    findings = check(arguments.root, arguments.build)
    for path, line, what in findings:
        print(f"{path}:{line}: {what}")
    print(f"{len(findings)} findings")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
