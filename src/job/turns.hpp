// Which tickets a feed is given: one for each job that waits, as far as turns_ahead.
//
// Free functions; any thread. They rely on no ticket: those that were lost are counted as missing,
// and made anew.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "domain/job.hpp"
#include "job/job_feed.hpp"
#include "job/job_intake.hpp"

namespace medusa {

// So many tickets wait at most: each one costs the feed a write to its disk.
inline constexpr std::size_t turns_ahead = 500;

// Tells of jobs that were queued just now. Throws nothing: what is not told is made up for.
void announce_turns(job_feed& feed, std::span<const job> jobs) noexcept;

// Makes the tickets that are missing where these jobs wait and run. Workers that do so at the same
// time make them once. Throws what the feed throws.
void make_up_for_turns(job_feed& feed, const job_counts& jobs);

// {"job": its id, "stage": "accepted", "doing": "drawing", "step": 3, "steps": 25, "etaSeconds": 9}
// to whoever listens, the last one where it is known. Throws nothing.
void tell_progress(job_feed& feed, const job& at_work);

}  // namespace medusa
