#include "job/turns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "job/outlook.hpp"

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

void tell_progress(job_feed& feed, const job& at_work) {
    const auto& how_far = at_work.progress;
    const auto left = drawn_in(at_work, at_work.updated_at);
    feed.tell(
        at_work.id,
        fmt::format(R"({{"job":"{}","stage":"{}","doing":"{}","step":{},"steps":{}{}}})",
                    at_work.id, to_string(at_work.status.stage), how_far.doing, how_far.step,
                    how_far.steps, left ? fmt::format(R"(,"etaSeconds":{})", left->count()) : ""));
}

}  // namespace medusa
