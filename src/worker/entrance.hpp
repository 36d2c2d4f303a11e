// When a worker may ask the queue for a job: whenever it likes, or, with a feed, once that hands it
// a ticket. While the feed cannot be reached, whenever it likes again.
//
// Owned by run_worker(); one thread at a time. What goes wrong with the feed is told and ridden
// out.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "job/job_feed.hpp"
#include "job/queue.hpp"

namespace medusa {

// A ticket is waited for so long at once.
inline constexpr std::chrono::milliseconds ticket_wait{1'000};
// Who has nothing to do looks so often whether tickets were lost, and asks the queue without one;
// and once after each work.
inline constexpr std::chrono::milliseconds make_up_pause{10'000};

struct chance {
    bool may_ask = true;
    std::unique_ptr<ticket> turn{};
};

class entrance {
public:
    // `feed`: none, and every chance is one. `trouble` is told once for each outage of the feed.
    entrance(job_queue& queue, job_feed* feed, timer& time,
             std::function<void(const error&)> trouble)
        : queue_(queue), feed_(feed), time_(time), trouble_(std::move(trouble)) {}

    // Throws what the queue throws.
    chance next(const std::stop_token& stop);
    // Whether next() has waited, so that nobody need pause before the next one.
    bool waits() const { return feed_ && !is_down_; }

private:
    std::optional<job_counts> due_jobs();

    job_queue& queue_;
    job_feed* feed_;
    timer& time_;
    const std::function<void(const error&)> trouble_;
    bool is_down_ = false;
    std::optional<std::chrono::milliseconds> made_up_at_;  // empty: it is due
};

}  // namespace medusa
