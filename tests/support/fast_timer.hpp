// Time for tests of threads that wait for each other: it passes as the machine's own does, only so
// many times as fast. Owned by a test; any thread.
#pragma once

#include "core/clock.hpp"

namespace medusa::testing_support {

class fast_timer final : public timer {
public:
    explicit fast_timer(int times) : times_(times) {}

    std::chrono::milliseconds elapsed() const override {
        using namespace std::chrono;
        return duration_cast<milliseconds>(times_ * (steady_clock::now() - began_));
    }
    bool sleep(std::chrono::milliseconds pause, std::stop_token stop) override {
        return system_timer().sleep(pause / times_ + std::chrono::milliseconds(1), std::move(stop));
    }

private:
    const int times_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace medusa::testing_support
