// What becomes of a delivery after a try: by the answer, the number of tries and chance. Pure; any
// thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "store/webhooks.hpp"

namespace medusa {

// The pauses are 5 s, 5 and 30 min, 2, 5, 10, 14, 20 and 24 h, each longer by up to a fifth, so
// that a receiver which comes back is not met by all at once.
inline constexpr int webhook_attempts = 10;

struct webhook_answer {
    int status = 0;                     // 0: none came
    std::string reason;                 // in plain words; empty: accepted
    std::chrono::milliseconds wait{0};  // as the receiver told; 0: it told nothing
};

struct webhook_outcome {
    webhook_delivery changed;
    // The endpoint gets nothing for so long, because it is not up to more.
    std::chrono::milliseconds rest{0};
    // The receiver says that it is gone for good (410).
    bool gone = false;
};

// `unit` is chance, 0 to below 1.
webhook_outcome after_try(webhook_delivery one, const webhook_answer& answer, time_point now,
                          double unit);

}  // namespace medusa
