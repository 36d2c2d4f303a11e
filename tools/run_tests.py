#!/usr/bin/env python3
"""Runs the tests of several build presets as one ctest run, so that there is one count at the end.

    tools/run_tests.py dev:unit dev:e2e tsan:unit release:e2e

Each argument is a preset and a label; the tests of build/<preset> with that label are listed as
"<preset>: <name>" in build/all. The ten slowest are printed before ctest's closing lines, which
come last. The exit status is ctest's, and no test at all is a failure.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULT = re.compile(r"\s*\d+/\d+ +Test +#\d+: (.+?) \.{2,}\s*(?:\S.*?)? +([\d.]+) sec")
CLOSING = re.compile(r"\d+% tests passed")


def quote(value):
    """A CMake bracket argument: taken literally, whatever it holds."""
    return f"[==[{value}]==]"


def tests_of(preset, label):
    listing = subprocess.run(
        ["ctest", "--test-dir", ROOT / "build" / preset, "-L", f"^{label}$", "--show-only=json-v1"],
        check=True, capture_output=True, text=True).stdout
    return json.loads(listing)["tests"]


def as_cmake(preset, test):
    if "command" not in test:
        sys.exit(f"{preset}: {test['name']} has not been built")
    name = quote(f"{preset}: {test['name']}")
    lines = [f"add_test({name} {' '.join(quote(word) for word in test['command'])})"]
    for item in test.get("properties", []):
        value = item["value"]
        if isinstance(value, list):
            value = ";".join(value)
        lines.append(f"set_tests_properties({name} PROPERTIES {item['name']} {quote(value)})")
    return lines


def write_suite(selections):
    folder = ROOT / "build" / "all"
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for preset, label in selections:
        for test in tests_of(preset, label):
            lines += as_cmake(preset, test)
    (folder / "CTestTestfile.cmake").write_text("\n".join(lines) + "\n")
    return folder


def print_slowest(times):
    print("\nThe ten slowest:")
    for seconds, name in sorted(times, reverse=True)[:10]:
        print(f"{seconds:10.2f} s  {name}")
    print()


def main():
    folder = write_suite([argument.split(":", 1) for argument in sys.argv[1:]])
    ctest = subprocess.Popen(
        ["ctest", "--test-dir", folder, "--parallel", str(os.cpu_count()), "--output-on-failure",
         "--no-tests=error"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace")
    times = []
    for line in ctest.stdout:
        if result := RESULT.match(line):
            times.append((float(result[2]), result[1]))
        elif CLOSING.match(line):
            print_slowest(times)
        print(line, end="", flush=True)
    sys.exit(ctest.wait())


if __name__ == "__main__":
    main()
