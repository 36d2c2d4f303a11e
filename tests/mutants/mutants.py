#!/usr/bin/env python3
"""Faults made by hand in the code, each of which some test must catch.

Usage: mutants.py [--only WORD] [--check] SOURCE DEPS

Each one is put into a copy of SOURCE, the test beside it is built and has to fail; then it is taken
out again. Ends with 1 when one survives. --check only sees whether each still has its place in the
code. DEPS is what scripts/setup has put together."""

import argparse
import dataclasses
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time


@dataclasses.dataclass
class Mutant:
    what: str
    file: str  # below src/
    old: str  # stands there once
    new: str
    test: str  # its target
    filter: str = "*"
    preset: str = "release"


MUTANTS = [
    # What is promised to be on the disk.
    Mutant("a file has its name before it is flushed", "core/files.cpp",
           "if (wanted == durability::now && ::fsync(file.get()) != 0)",
           "if (wanted == durability::now && false)",
           "test_storage_faults", "durability_test.*"),
    Mutant("a job is accepted before the disk has it", "store/sqlite/jobs.cpp",
           "        database_->write([&](connection& on) {\n"
           "            const auto owner = owner_of(on, asked.owner.user_id);",
           "        database_->write_soon([&](connection& on) {\n"
           "            const auto owner = owner_of(on, asked.owner.user_id);",
           "test_storage_faults", "durability_test.*"),
    # Whose job it is.
    Mutant("the token of a lease is ignored", "job/queue.cpp",
           "        if (!newest || newest->status.state != job_state::leased ||\n"
           "            newest->lease.token != held.lease.token)",
           "        if (!newest || newest->status.state != job_state::leased)",
           "test_job"),
    Mutant("a lease is taken back although it was renewed", "job/queue.cpp",
           "found->status.state != job_state::leased || found->lease != seen.lease)",
           "found->status.state != job_state::leased)",
           "test_job"),
    Mutant("a change does not look whether it is the first", "store/sqlite/jobs.cpp",
           "WHERE id = ? AND revision = ?", "WHERE id = ? AND revision <> -1 - ?",
           "test_store_sqlite", "*lease*:*job*"),
    Mutant("a silent worker keeps its job for ever", "worker/keeper.cpp",
           "if (silent_for(one, lease_silence)) return",
           "if (silent_for(one, lease_silence * 1000)) return",
           "test_worker", "keeper_test.*"),
    Mutant("who was away judges others at once", "worker/keeper.cpp",
           "if (looked_at_ && now - *looked_at_ >= absence) seen_.clear();", "",
           "test_worker", "keeper_test.*"),
    Mutant("a worker that lost its job goes on with it", "worker/story_runner.cpp",
           "if (!still_held) story_.interrupt(interruption::lost);", "(void)still_held;",
           "test_worker", "worker_test.*:worker_faults.*"),
    # How often something is tried.
    Mutant("a refused request is sent again", "net/failure.cpp",
           "return status >= 500 ? failure_class::transient : failure_class::permanent;",
           "return status >= 400 ? failure_class::transient : failure_class::permanent;",
           "test_net", "*failure*:*retry*"),
    Mutant("waiting for a slow server uses attempts up", "job/lifecycle.cpp",
           "            case failure_class::throttled:\n"
           "            case failure_class::warming:\n"
           "                return verdict::wait;",
           "            case failure_class::throttled:\n"
           "            case failure_class::warming:\n"
           "                return verdict::again;",
           "test_job"),
    Mutant("a finished stage does not reset the attempts", "job/lifecycle.cpp",
           "    status.stage = stage;\n    forget_troubles(status);",
           "    status.stage = stage;",
           "test_job"),
    Mutant("a job that takes workers down never ends", "job/lifecycle.cpp",
           "if (runs_alone(status)) ++status.lone_losses;", "",
           "test_job"),
    Mutant("a job that takes workers down runs beside others", "worker/worker.cpp",
           "if (!is_one_alone()) {", "if (true) {",
           "test_worker", "worker_test.*"),
    # What is done once.
    Mutant("a picture that is drawn already is drawn again", "worker/story_runner.cpp",
           "auto found = of_.kept_.find(key(index));",
           "auto found = of_.kept_.find(key(index + 1000));",
           "test_worker", "worker_test.*:worker_faults.*"),
    Mutant("a damaged picture is taken from the spool", "worker/spool.cpp",
           "        sha256 != sha256_hex(png))", "        sha256.empty())",
           "test_worker", "spool_test.*"),
    Mutant("an idempotency key answers another request", "job/queue.cpp",
           "if (stored.fingerprint != asked.fingerprint) throw key_reused();",
           "if (stored.fingerprint.empty() && asked.id.empty()) throw key_reused();",
           "test_job"),
    Mutant("an accepted job is accepted once more", "store/sqlite/jobs.cpp",
           "if (const auto found = keyed(on, owner, asked, keys_since)) {",
           "if (const auto found = keyed(on, owner, asked, keys_since);\n"
           "                found && asked.id.empty()) {",
           "test_store_sqlite", "*job*"),
    Mutant("somebody else's asset counts as ours", "asset/cloudinary/cloudinary_assets.cpp",
           "if (receipt.etag != etag) refuse_other_bytes(name, receipt);",
           "if (receipt.etag.empty()) refuse_other_bytes(name, receipt);",
           "test_asset_cloudinary", "*"),
    Mutant("a cancelled job keeps what it reserved", "worker/story_runner.cpp",
           "if (ended.status.state != job_state::done) with_parts_of(ended, give_up, stop);",
           "(void)stop;",
           "test_worker", "worker_test.*"),
    Mutant("a sweep takes what a waiting job has stored", "pipeline/sweep.cpp",
           "(found.held && (!is_old(found.held->asked_at) || wish_.waits(found.held->job_id)))",
           "(found.held && !is_old(found.held->asked_at))",
           "test_story", "sweep_test.*", "dev"),
    # What is served.
    Mutant("a thumbnail outlives a picture that goes meanwhile", "http/thumbnails.cpp",
           "if (!pictures_.open(picture)) kept_.forget(picture);", "",
           "test_http", "http_thumbnails.*"),
    Mutant("everybody who asks makes the thumbnail", "http/thumbnails.cpp",
           "is_first = added;", "is_first = true;",
           "test_http", "http_thumbnails.*"),
    Mutant("a removed picture leaves its thumbnails", "asset/local/local_assets.cpp",
           "if (!thumbnails_.empty()) forget_thumbnails(thumbnails_, asset);", "",
           "test_http", "http_thumbnails.*"),
    Mutant("links among the assets are followed for clients", "asset/local/local_assets.cpp",
           "RESOLVE_NO_SYMLINKS);", "0);",
           "test_asset_local", "local_folder.*"),
    Mutant("a cursor shows the last row once more", "http/pages.cpp",
           "wanted.before = *number;", "wanted.before = *number + 1;",
           "test_http_routes"),
    # What searches see while others write.
    Mutant("a slot is used again while readers may be in it", "search/reading_epochs.hpp",
           "if (readers_[(epoch + 1) % 2].load() != 0) return {};", "",
           "test_search", "entry_table.*"),
    Mutant("a replaced entry is missed by those who look for it", "search/entry_table.cpp",
           "    moves_.store(move + 1);\n", "",
           "test_search", "entry_table.*"),
    Mutant("a snapshot is trusted whatever its checksum", "search/snapshot.cpp",
           "wanted != checksum_.hex()", "wanted.empty()",
           "test_search_flat", "*one_bit*"),
]


def place_of(source, mutant):
    file = source / "src" / mutant.file
    text = file.read_text()
    if text.count(mutant.old) != 1:
        sys.exit(f"mutants.py: \"{mutant.what}\" has no place in src/{mutant.file} any more, or "
                 "several")
    return file, text


def run(command, folder, seconds=1200):
    return subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=seconds)


def build(copy, mutant):
    return run(["ninja", "-C", f"build/{mutant.preset}", mutant.test], copy)


def program_of(copy, mutant):
    found = [path for path in (copy / "build" / mutant.preset).rglob(mutant.test)
             if path.is_file()]
    return found[0]


def survives(copy, mutant):
    """True where the test passes with the fault in the code."""
    file, text = place_of(copy, mutant)
    file.write_text(text.replace(mutant.old, mutant.new))
    try:
        built = build(copy, mutant)
        if built.returncode != 0:
            sys.exit(f"mutants.py: \"{mutant.what}\" does not compile\n{built.stdout[-3000:]}")
        try:
            tested = run([program_of(copy, mutant), f"--gtest_filter={mutant.filter}"], copy,
                         seconds=300)
        except subprocess.TimeoutExpired:
            return False, "it never ended"
        failed = [line.split("] ")[1].split(" (")[0] for line in tested.stdout.splitlines()
                  if line.startswith("[  FAILED  ]") and " ms)" in line]
        return tested.returncode == 0, failed[0] if failed else f"exit {tested.returncode}"
    finally:
        file.write_text(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("deps", type=pathlib.Path)
    wanted = parser.parse_args()
    mutants = [one for one in MUTANTS if wanted.only in one.what]
    for one in mutants:
        place_of(wanted.source, one)
    if wanted.check:
        print(f"{len(mutants)} mutants have their place")
        return 0
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="medusa-mutants-") as folder:
        copy = pathlib.Path(folder) / "medusa"
        shutil.copytree(wanted.source, copy, symlinks=True,
                        ignore=shutil.ignore_patterns("build", ".deps", ".git"))
        (copy / ".deps").symlink_to(wanted.deps.resolve())
        for preset in sorted({one.preset for one in mutants}):
            done = run(["cmake", "--preset", preset], copy)
            if done.returncode != 0:
                sys.exit(done.stdout)
        for one in {one.test: one for one in mutants}.values():
            print(f"building {one.test} ...", flush=True)
            if build(copy, one).returncode != 0:
                sys.exit(f"mutants.py: {one.test} does not build")
        for number, one in enumerate(mutants, 1):
            began = time.monotonic()
            alive, by = survives(copy, one)
            survivors += alive
            verdict = "SURVIVED" if alive else f"caught by {by}"
            print(f"{number}/{len(mutants)} {one.what}: {verdict} "
                  f"({time.monotonic() - began:.0f} s)", flush=True)
    print(f"{len(mutants) - survivors} of {len(mutants)} mutants were caught")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
