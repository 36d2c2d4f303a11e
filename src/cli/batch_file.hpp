// Batch files: one character a line, as JSON objects (.jsonl) or as CSV with a header row.
// Main thread. A line that cannot be read becomes an entry with its error; the others go on.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "domain/validate.hpp"

namespace medusa {

struct batch_entry {
    int line = 0;                     // in the file, from 1
    character_draft draft;            // the fields that the line gives
    std::optional<error> unreadable;  // set instead of a whole draft
};

// Fields: name, description, style, tags (a list, or words separated by commas), seed, steps, cfg,
// width, height, model, sampler, scheduler. `defaults` fills what a line leaves out.
// Throws error(invalid_argument) for a file that is missing, has another ending, is no UTF-8, holds
// no character or more than limits::batch_file_lines.
std::vector<batch_entry> read_batch_file(const std::filesystem::path& path,
                                         const character_draft& defaults);

}  // namespace medusa
