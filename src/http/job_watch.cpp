#include "http/job_watch.hpp"

#include <utility>
#include <vector>

#include "core/error.hpp"

namespace medusa::http {
namespace {

constexpr std::chrono::milliseconds look_pause{500};

}  // namespace

job_watch::job_watch(job_queue& queue)
    : queue_(queue), looks_([this](const std::stop_token& stop) { look(stop); }) {}

std::shared_ptr<void> job_watch::listen(const std::string& job_id, listener told) {
    const std::lock_guard lock(mutex_);
    const auto number = next_++;
    auto& one = jobs_[job_id];
    // The newcomer has heard nothing yet.
    one.revision = -1;
    one.listeners.emplace(number, std::move(told));
    fresh_.push_back(job_id);
    wanted_.notify_one();
    return {nullptr, [this, job_id, number](void*) {
                const std::lock_guard relock(mutex_);
                const auto found = jobs_.find(job_id);
                found->second.listeners.erase(number);
                if (found->second.listeners.empty()) jobs_.erase(found);
            }};
}

void job_watch::changed(const job& newest) {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(newest.id);
    if (found == jobs_.end() || newest.revision <= found->second.revision) return;
    found->second.revision = newest.revision;
    for (const auto& [number, told] : found->second.listeners) told(newest);
}

void job_watch::look(const std::stop_token& stop) {
    auto next_round = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
        std::vector<std::string> ids;
        {
            std::unique_lock lock(mutex_);
            const auto is_fresh = [this] { return !fresh_.empty(); };
            if (jobs_.empty())
                wanted_.wait(lock, stop, is_fresh);
            else
                wanted_.wait_until(lock, stop, next_round, is_fresh);
            ids = std::exchange(fresh_, {});
            if (ids.empty()) {
                for (const auto& [id, one] : jobs_) ids.push_back(id);
                next_round = std::chrono::steady_clock::now() + look_pause;
            }
        }
        for (const auto& id : ids) {
            if (stop.stop_requested()) return;
            try {
                if (const auto newest = queue_.find(id)) changed(*newest);
            } catch (const error&) {
                // The store is away: whoever waits has a deadline of its own.
                break;
            }
        }
    }
}

}  // namespace medusa::http
