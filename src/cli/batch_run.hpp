// Runs many create_character stories side by side and tells how they went: the engine of `batch`,
// `generate --batch-templates` and the npm verb generate-batch. Main thread; stories run on threads
// of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/batch_file.hpp"
#include "cli/context.hpp"
#include "pipeline/create_character.hpp"

namespace medusa {

struct batch_job {
    std::string id;  // each line's job id follows from it, so that a batch can be resumed
    owner_info owner;
    std::vector<batch_entry> entries;
    int concurrency = 2;       // stories at once, 1 to 256
    bool json = false;         // a line a character, then a summary line
    std::string file;          // the batch file; empty for templates
    std::string resume_words;  // the command that goes on with this batch
};

// The predefined templates as entries, `count` of them, with `defaults` for what they leave open.
std::vector<batch_entry> template_entries(std::size_t count);

// Makes every entry that is not made yet, prints each as it is done and the summary at the end.
// Returns the exit code: 0 all made, 5 some failed, 1 all failed, 130 interrupted.
int run_batch(const pipeline_parts& with, const batch_job& job, cli_context& context);

}  // namespace medusa
