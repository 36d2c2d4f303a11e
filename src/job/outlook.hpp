// When a job may be done, and where it stands in line until then: what progress says beside its
// stage and step. A guess, never a promise. Any thread; throws what the queue throws.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "core/clock.hpp"
#include "job/queue.hpp"

namespace medusa {

struct outlook {
    // Among its owner's waiting jobs, from 1, in the order in which they were accepted: no door
    // gives priorities. 0: it is in work.
    std::size_t position = 0;
    // Until it is done; none: too little is known.
    std::optional<std::chrono::seconds> left{};
};

// None: it has ended. What waits is judged by the pace of
// its owner's jobs of late, what is drawn by its own steps.
std::optional<outlook> outlook_of(job_queue& queue, const job& one, time_point now);

// Of the picture that is drawn: the steps that it still takes, at the pace of those that it took
// since the job was leased. None: it is not at its steps.
std::optional<std::chrono::seconds> drawn_in(const job& one, time_point now);

// Between the ends of jobs; none: fewer than three ended since `since`.
std::optional<std::chrono::milliseconds> pace_of(const std::vector<listed_job>& done,
                                                 time_point since);

}  // namespace medusa
