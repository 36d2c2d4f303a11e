// The character store in one SQLite file: reservations, characters, images and attempts.
//
// Owned by app. Safe from any thread, and from several processes on one file: each process writes
// through one connection, one transaction at a time, and waits for the others. A function returns
// when its change is on the disk. Errors, all starting "Database connection failed: ":
// error(storage) for a disk or folder that cannot be used and for a schema of a newer program,
// corrupted for a damaged file or record, unavailable when another process kept the file locked for
// `patience`; and error(cancelled) when `stop` ended the waiting.
#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>

#include "store/stores.hpp"

namespace medusa {

struct sqlite_settings {
    std::filesystem::path file;                     // created when missing, with its folder
    std::chrono::milliseconds busy_timeout{5'000};  // of one attempt at the lock
    std::chrono::milliseconds patience{30'000};     // of all attempts together
    std::stop_token stop{};                         // ends the patience after the present attempt
};

// Opens the file and brings its schema up to date.
stores make_sqlite_store(const sqlite_settings& settings);

}  // namespace medusa
