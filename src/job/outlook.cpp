#include "job/outlook.hpp"

#include <algorithm>

namespace medusa {
namespace {

constexpr std::size_t pace_jobs = 20;
constexpr std::size_t pace_jobs_min = 3;
// What was done longer ago says nothing of how it goes now.
constexpr std::chrono::minutes pace_span{5};

}  // namespace

std::optional<std::chrono::milliseconds> pace_of(const std::vector<listed_job>& done,
                                                 time_point since) {
    std::vector<time_point> ends;
    for (const auto& one : done)
        if (one.found.updated_at >= since) ends.push_back(one.found.updated_at);
    if (ends.size() < pace_jobs_min) return std::nullopt;
    const auto [first, last] = std::minmax_element(ends.begin(), ends.end());
    return (*last - *first) / std::int64_t(ends.size() - 1);
}

std::optional<std::chrono::seconds> drawn_in(const job& one, time_point now) {
    const auto& how_far = one.progress;
    if (one.status.state != job_state::leased || how_far.step <= 0) return std::nullopt;
    // A job of several pictures took the lease's time for the earlier ones as well.
    const auto begun = std::find_if(one.events.rbegin(), one.events.rend(), [](const auto& event) {
        return event.what == "leased" || event.what == "recorded";
    });
    if (begun == one.events.rend() || now < begun->at) return std::nullopt;
    const auto steps_left = std::max(how_far.steps - how_far.step, 0);
    return std::chrono::ceil<std::chrono::seconds>((now - begun->at) * steps_left / how_far.step);
}

std::optional<outlook> outlook_of(job_queue& queue, const job& one, time_point now) {
    if (has_ended(one.status.state)) return std::nullopt;
    if (one.status.state == job_state::leased) return outlook{.left = drawn_in(one, now)};
    outlook found{.position = queue.ahead_of(one) + 1};
    const auto done =
        queue.list({.user_id = one.owner.user_id, .state = job_state::done, .limit = pace_jobs});
    if (const auto pace = pace_of(done, now - pace_span))
        found.left = std::chrono::ceil<std::chrono::seconds>(std::int64_t(found.position) * *pace);
    return found;
}

}  // namespace medusa
