#include "webhook/outcome.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace medusa {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Before the second try, the third ...
constexpr std::array<milliseconds, webhook_attempts - 1> pauses{seconds(5), minutes(5), minutes(30),
                                                                hours(2),   hours(5),   hours(10),
                                                                hours(14),  hours(20),  hours(24)};
constexpr double jitter = 0.2;
// A receiver that is not up to more, and does not say for how long.
constexpr milliseconds rest_default = seconds(30);

milliseconds pause_after(int attempts, double unit) {
    const auto planned = pauses.at(std::size_t(attempts - 1));
    return planned + milliseconds(std::llround(double(planned.count()) * jitter * unit));
}

}  // namespace

webhook_outcome after_try(webhook_delivery one, const webhook_answer& answer, time_point now,
                          double unit) {
    webhook_outcome outcome{std::move(one)};
    auto& changed = outcome.changed;
    ++changed.attempts;
    changed.updated_at = now;
    changed.status = answer.status;
    changed.reason = answer.reason;
    if (answer.status / 100 == 2 && answer.reason.empty()) {
        changed.state = delivery_state::delivered;
        return outcome;
    }
    const bool busy = answer.status == 429 || answer.status == 502 || answer.status == 504;
    if (answer.wait.count() > 0 || busy)
        outcome.rest = answer.wait.count() > 0 ? answer.wait : rest_default;
    outcome.gone = answer.status == 410;
    if (outcome.gone || changed.attempts >= webhook_attempts)
        changed.state = delivery_state::dead;
    else
        changed.due_at = now + std::max(pause_after(changed.attempts, unit), answer.wait);
    return outcome;
}

}  // namespace medusa
