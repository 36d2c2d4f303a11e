// Keeps the search index of a service true while it runs: follows the store on a thread of its own,
// and writes the snapshot now and then, and at the end.
//
// One in each process that serves, made in app. The store may be out of reach for as long as it
// likes: that is told once, and tried again.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "core/error.hpp"
#include "recall/index_follower.hpp"

namespace medusa {

class index_keeper {
public:
    static constexpr std::chrono::milliseconds look_pause{250};
    static constexpr std::chrono::milliseconds pause_after_failure{5'000};
    static constexpr std::chrono::minutes save_pause{5};

    // Begins at once. `trouble` must not throw; any thread.
    index_keeper(index_follower& follower, timer& pauses,
                 std::function<void(const error&)> trouble);
    // Saves, and waits until the thread has ended.
    ~index_keeper();
    index_keeper(const index_keeper&) = delete;
    index_keeper& operator=(const index_keeper&) = delete;

    // Returns when searches find everything that the store had when this was called, or after
    // `patience`, whichever is first. Any thread.
    void wait_until_current(std::chrono::milliseconds patience);

private:
    void work(const std::stop_token& stop);

    index_follower& follower_;
    timer& pauses_;
    std::function<void(const error&)> trouble_;
    std::mutex mutex_;
    std::condition_variable_any looks_;  // somebody waits for what is newest
    std::condition_variable looked_;
    bool is_wanted_ = false;        // guarded by mutex_
    std::uint64_t looks_done_ = 0;  // guarded by mutex_
    std::jthread thread_;
};

}  // namespace medusa
