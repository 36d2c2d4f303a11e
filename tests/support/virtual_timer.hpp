// Time for tests: it passes only when somebody sleeps or the test says so. Owned by a test; any
// thread, though only one that sleeps at a time makes sense.
#pragma once

#include <atomic>

#include "core/clock.hpp"

namespace medusa::testing_support {

class virtual_timer final : public timer {
public:
    std::chrono::milliseconds elapsed() const override {
        return std::chrono::milliseconds(now_ms_);
    }

    bool sleep(std::chrono::milliseconds pause, std::stop_token stop) override {
        if (stop.stop_requested()) return false;
        advance(pause);
        return true;
    }

    void advance(std::chrono::milliseconds time) { now_ms_ += time.count(); }

private:
    // Not 0, so that a forgotten start shows.
    std::atomic<std::chrono::milliseconds::rep> now_ms_ = 1'000'000;
};

}  // namespace medusa::testing_support
