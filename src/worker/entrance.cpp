#include "worker/entrance.hpp"

#include "job/turns.hpp"

namespace medusa {

chance entrance::next(const std::stop_token& stop) {
    if (!feed_) return {};
    std::optional<error> failure;
    try {
        auto turn = feed_->wait(ticket_wait, stop);
        if (is_down_) made_up_at_.reset();
        is_down_ = false;
        if (turn) {
            made_up_at_.reset();
            return {true, std::move(turn)};
        }
    } catch (const error& caught) {
        failure = caught;
    }
    if (!failure && !stop.stop_requested()) {
        const auto jobs = due_jobs();
        try {
            if (jobs) make_up_for_turns(*feed_, *jobs);
        } catch (const error& caught) {
            failure = caught;
        }
    }
    if (!failure) return {false};
    if (!is_down_ && trouble_) trouble_(*failure);
    is_down_ = true;
    return {};
}

// Errors of the queue are the caller's, those of the feed are not.
std::optional<job_counts> entrance::due_jobs() {
    const auto now = time_.elapsed();
    if (made_up_at_ && now - *made_up_at_ < make_up_pause) return std::nullopt;
    const auto jobs = queue_.count({});
    made_up_at_ = now;
    return jobs;
}

}  // namespace medusa
