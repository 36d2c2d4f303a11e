#include "worker/entrance.hpp"

#include "job/turns.hpp"

namespace medusa {

chance entrance::next(const std::stop_token& stop) {
    if (!feed_) return {};
    std::optional<error> failure;
    try {
        if (auto turn = feed_->wait(ticket_wait, stop)) {
            is_down_ = false;
            made_up_at_.reset();
            return {true, std::move(turn)};
        }
    } catch (const error& caught) {
        failure = caught;
    }
    std::optional<job_counts> jobs;
    if (!failure && !stop.stop_requested()) {
        jobs = due_jobs();
        try {
            if (jobs) {
                make_up_for_turns(*feed_, *jobs);
                is_down_ = false;
            }
        } catch (const error& caught) {
            failure = caught;
        }
    }
    // Now and then without a ticket: a store may have work for whoever asks that it does not count.
    if (!failure) return {jobs.has_value()};
    if (!is_down_ && trouble_) trouble_(*failure);
    is_down_ = true;
    return {};
}

// Errors of the queue are the caller's, those of the feed are not.
std::optional<job_counts> entrance::due_jobs() {
    const auto now = time_.elapsed();
    if (!is_down_ && made_up_at_ && now - *made_up_at_ < make_up_pause) return std::nullopt;
    const auto jobs = queue_.count({});
    made_up_at_ = now;
    return jobs;
}

}  // namespace medusa
