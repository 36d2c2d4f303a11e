// Hands jobs in and sees them through: by a worker in this process, beside all others that there
// are, or, where there is a feed, by workers elsewhere. Main thread; what it calls back is called
// from worker threads, one call at a time.
#pragma once

#include <functional>
#include <vector>

#include "cli/context.hpp"
#include "cli/progress.hpp"
#include "domain/job.hpp"
#include "pipeline/create_character.hpp"

namespace medusa {

struct job_order {
    submission asked;  // owner and surroundings; an id where a batch goes on
    std::vector<asked_job> jobs;
    int concurrency = 1;          // jobs at once in this process
    bool cancel_on_stop = false;  // Ctrl-C ends the jobs; else they wait for another worker
};

struct job_listener {
    // Each job once, when it has ended, also where another process did it or it had ended before.
    // May throw error when the store cannot be read just now: it is told again later.
    std::function<void(const job&)> ended;
    // A picture of a job that makes several is whole: job.status.pictures of them are now.
    std::function<void(const job&)> picture = [](const job&) {};
    // What the progress view calls the job.
    std::function<std::string(const job&)> label;
};

// Returns when every job of the order has ended, or after a stop.
submission run_jobs(cli_context& context, const job_order& order, progress_view& view,
                    const job_listener& listener);

// The character that a job made, as it is stored.
created_character created_by(const pipeline_parts& with, const job& done);

}  // namespace medusa
