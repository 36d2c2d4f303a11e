#include "cli/job_line.hpp"

#include <algorithm>

#include "core/limits.hpp"

namespace medusa {
namespace {

// Whoever stands further back wants no number, and gets none.
constexpr std::size_t counted_max = limits::batch_file_lines;
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

std::optional<place_in_line> place_of(job_queue& queue, const job& waiting, time_point now) {
    if (waiting.status.state != job_state::queued) return std::nullopt;
    const auto beside = queue.list({.user_id = waiting.owner.user_id,
                                    .submission_id = waiting.submission_id,
                                    .state = job_state::queued,
                                    .limit = counted_max});
    const auto own = std::find_if(beside.begin(), beside.end(), [&](const listed_job& one) {
        return one.found.id == waiting.id;
    });
    if (own == beside.end()) return std::nullopt;
    const auto ahead = queue.list({.user_id = waiting.owner.user_id,
                                   .state = job_state::queued,
                                   .limit = counted_max,
                                   .before = own->cursor});
    if (ahead.size() == counted_max) return std::nullopt;
    place_in_line place{.position = ahead.size() + 1};
    const auto done = queue.list(
        {.user_id = waiting.owner.user_id, .state = job_state::done, .limit = pace_jobs});
    if (const auto pace = pace_of(done, now - pace_span))
        place.left = std::chrono::ceil<std::chrono::seconds>(std::int64_t(place.position) * *pace);
    return place;
}

}  // namespace medusa
