// What crashes and given-up jobs left behind goes: files that no record names, reservations whose
// job ended without a record, writes that were cut short.
//
// Called from any thread, while other processes work on the same stores. Only files of the form
// that medusa itself gives them, in folders of users that the store knows, are looked at; what is
// younger than a limit stays, since its job may be at work on it. A crash in the middle leaves work
// for the next sweep and nothing else. Throws medusa::error as the parts do; corrupted, and nothing
// is removed, where a record cannot be read; conflict where most of the files would go.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "pipeline/parts.hpp"

namespace medusa {

// No job works for so long on what it has written and not recorded.
inline constexpr std::chrono::hours sweep_age{24};
// Up to so many files go without a question, whatever part of all that is.
inline constexpr std::size_t swept_unasked_max = 100;

struct sweep_wish {
    std::chrono::milliseconds older_than = sweep_age;  // 0: whatever its age, since nothing runs
    bool dry_run = false;                              // changes nothing
    bool force = false;                                // also when most of the files would go
    // Whether a job has not ended yet, so that it comes back for what it reserved.
    std::function<bool(const std::string& job_id)> waits = [](const std::string&) { return false; };
};

// What went, or with dry_run would go.
struct sweep_report {
    std::vector<asset_entry> files;
    std::size_t reservations = 0;
    unfinished_writes unfinished{};
    std::size_t finished = 0;  // changes of the store that a crash had cut short
    std::size_t young = 0;     // files without a record that stay for their age
};

// `total` is 0 while it is not known. Called from the sweep's thread; must not throw.
using sweep_progress =
    std::function<void(std::string_view doing, std::size_t done, std::size_t total)>;

sweep_report sweep(const pipeline_parts& with, const sweep_wish& wish,
                   const sweep_progress& progress, const std::stop_token& stop);

}  // namespace medusa
