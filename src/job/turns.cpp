#include "job/turns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/error.hpp"

namespace medusa {

void announce_turns(job_feed& feed, std::span<const job> jobs) noexcept {
    try {
        std::vector<turn> turns;
        for (const auto& one : jobs) {
            if (turns.size() == turns_ahead) break;
            if (one.status.state != job_state::queued) continue;
            turns.push_back({fmt::format("{}:{}", one.id, one.revision), one.id});
        }
        feed.announce(turns);
    } catch (const error&) {
        // The jobs are accepted all the same; workers find out when they have nothing to do.
        return;
    }
}

void make_up_for_turns(job_feed& feed, const job_counts& jobs) {
    const auto now = feed.state();
    // Whoever runs a job holds a ticket.
    const auto held = std::min(now.tickets, jobs.leased);
    const auto wanted = std::min(jobs.queued, turns_ahead);
    std::vector<turn> missing;
    // The same state gives the same keys, whoever looks.
    for (auto i = now.tickets - held; i < wanted; ++i)
        missing.push_back({fmt::format("more:{}:{}", now.made, i), {}});
    feed.announce(missing);
}

void tell_progress(job_feed& feed, const std::string& job_id, const job_progress& progress) {
    feed.tell(job_id, fmt::format(R"({{"job":"{}","doing":"{}","step":{},"steps":{}}})", job_id,
                                  progress.doing, progress.step, progress.steps));
}

}  // namespace medusa
