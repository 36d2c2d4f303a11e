// What a worker does while its queue cannot be used: it goes on trying, and says so once.
//
// Owned by run_worker(), shared by its threads.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

#include "core/clock.hpp"
#include "core/error.hpp"

namespace medusa {

inline constexpr std::chrono::milliseconds first_pause{50};
inline constexpr std::chrono::milliseconds longest_pause{1'000};
// When nothing failed for so long, an outage is over, though nothing was changed either.
inline constexpr std::chrono::milliseconds calm{10'000};

// The pause after `before`, when nothing happened in it.
inline std::chrono::milliseconds longer(std::chrono::milliseconds before) {
    return std::min(2 * before, longest_pause);
}

class queue_trouble {
public:
    queue_trouble(timer& time, std::function<void(const error&)> told)
        : time_(time), told_(std::move(told)) {}

    void worked();
    // It was read, which ends no outage in which changes still fail: a full disk can be read.
    void answered();
    // To be given to failed() by who asks the queue something now.
    std::chrono::milliseconds asks() const { return time_.elapsed(); }
    // What was asked before an outage was over may fail after it: that is no other outage.
    void failed(const error& failure, std::chrono::milliseconds asked_at);
    // The first failure of an outage that lasts at least so long.
    std::optional<error> lasting(std::chrono::milliseconds least) const;

    // Makes the change until the queue takes it, and returns what it says. Throws what can never
    // succeed, and the last failure once `stop` is requested; it is tried once at least.
    bool insist(const std::function<bool()>& change, const std::stop_token& stop);

private:
    void end();

    timer& time_;
    const std::function<void(const error&)> told_;
    mutable std::mutex mutex_;
    std::optional<error> outage_;  // its first failure; guarded by mutex_, as below
    std::chrono::milliseconds began_{0};
    std::chrono::milliseconds newest_{0};   // failure
    std::chrono::milliseconds over_at_{0};  // the outage before
};

// Whether a failure of the queue may pass by itself.
bool may_pass(const error& failure);

}  // namespace medusa
