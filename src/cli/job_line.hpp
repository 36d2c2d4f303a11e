// Where a waiting job stands in line, and when it may be done. Any thread; throws what the queue
// throws.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "core/clock.hpp"
#include "job/queue.hpp"

namespace medusa {

struct place_in_line {
    // Among its owner's waiting jobs, from 1, in the order in which they were accepted: no door
    // gives priorities.
    std::size_t position = 0;
    // Until it is done, at the pace of this owner's jobs of late; none: none was done of late.
    std::optional<std::chrono::seconds> left{};
};

// None: it does not wait, or stands further back than is counted.
std::optional<place_in_line> place_of(job_queue& queue, const job& waiting, time_point now);

// Between the ends of jobs; none: fewer than three ended since `since`.
std::optional<std::chrono::milliseconds> pace_of(const std::vector<listed_job>& done,
                                                 time_point since);

}  // namespace medusa
