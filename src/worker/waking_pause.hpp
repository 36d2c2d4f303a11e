// A pause that can be cut short: one thread waits, any thread wakes it.
// Owned by whoever waits.
#pragma once

#include <chrono>
#include <mutex>
#include <stop_token>
#include <utility>

#include "core/clock.hpp"

namespace medusa {

class waking_pause {
public:
    // Returns after `most` or once `stop` is requested: false; true when it was woken, now or since
    // the last wait.
    bool wait(timer& time, std::chrono::milliseconds most, const std::stop_token& stop) {
        std::stop_source woken;
        {
            const std::lock_guard lock(mutex_);
            if (std::exchange(is_woken_, false)) return true;
            woken_ = woken;
        }
        const std::stop_callback stopped(stop, [&] { woken.request_stop(); });
        time.sleep(most, woken.get_token());
        const std::lock_guard lock(mutex_);
        return std::exchange(is_woken_, false);
    }

    void wake() {
        const std::lock_guard lock(mutex_);
        is_woken_ = true;
        woken_.request_stop();
    }

private:
    std::mutex mutex_;
    bool is_woken_ = false;  // guarded by mutex_, as below
    std::stop_source woken_;
};

}  // namespace medusa
