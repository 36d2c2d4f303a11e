#include "recall/keeper.hpp"

#include <utility>

namespace medusa {

index_keeper::index_keeper(index_follower& follower, timer& pauses,
                           std::function<void(const error&)> trouble)
    : follower_(follower),
      pauses_(pauses),
      trouble_(std::move(trouble)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

index_keeper::~index_keeper() {
    thread_.request_stop();
    thread_.join();
    try {
        follower_.save();
    } catch (const error& failure) {
        trouble_(failure);  // it is made anew at the next start
    }
}

void index_keeper::wait_until_current(std::chrono::milliseconds patience) {
    try {
        if (follower_.is_current()) return;
    } catch (const error&) {
        return;  // the search itself will tell
    }
    std::unique_lock lock(mutex_);
    const auto before = looks_done_;
    is_wanted_ = true;
    looks_.notify_one();
    // The look that is under way may have begun too early.
    looked_.wait_for(lock, patience, [&] { return looks_done_ >= before + 2; });
}

void index_keeper::work(const std::stop_token& stop) {
    auto saved_at = pauses_.elapsed();
    bool is_out = false;
    while (!stop.stop_requested()) {
        auto pause = look_pause;
        try {
            follower_.catch_up({}, stop);
            if (pauses_.elapsed() - saved_at >= save_pause) {
                follower_.save();
                saved_at = pauses_.elapsed();
            }
            is_out = false;
        } catch (const error& failure) {
            if (stop.stop_requested()) return;
            if (!std::exchange(is_out, true)) trouble_(failure);
            pause = pause_after_failure;
        }
        std::unique_lock lock(mutex_);
        ++looks_done_;
        looked_.notify_all();
        if (!is_out && std::exchange(is_wanted_, false)) continue;
        looks_.wait_for(lock, stop, pause, [this] { return is_wanted_; });
    }
}

}  // namespace medusa
