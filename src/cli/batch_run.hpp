// Hands in many characters as jobs, sees them through and tells how they went: the engine of
// `batch`, `generate --batch-templates` and the npm verb generate-batch. Main thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/batch_file.hpp"
#include "cli/context.hpp"
#include "domain/job.hpp"

namespace medusa {

struct batch_job {
    // Each line's job id follows from it. Empty: that of an unfinished batch of the same file, or
    // a new one.
    std::string id;
    owner_info owner;
    job_surroundings surroundings;
    std::vector<batch_entry> entries;
    int concurrency = 2;       // jobs at once, 1 to 256
    bool json = false;         // a line a character, then a summary line
    std::string file;          // the batch file; empty for templates
    std::string resume_words;  // the command that goes on with this batch, but for its id
};

// The predefined templates as entries, `count` of them, with `defaults` for what they leave open.
std::vector<batch_entry> template_entries(std::size_t count);

// What a batch was made of, as far as it is known; empty for an unknown id.
std::vector<batch_entry> stored_entries(job_queue& queue, const std::string& id);

// Makes every entry that is not made yet, prints each as it is done and the summary at the end.
// Returns the exit code: 0 all made, 5 some failed, 1 all failed, 130 interrupted.
int run_batch(const pipeline_parts& with, const batch_job& job, cli_context& context);

}  // namespace medusa
