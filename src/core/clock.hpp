// Time, injected: simulation and tests own it. Implementations are safe from any thread.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

namespace medusa {

using time_point = std::chrono::sys_time<std::chrono::milliseconds>;

class clock {
public:
    virtual ~clock() = default;
    // Wall-clock time, UTC, in milliseconds.
    virtual time_point now() const = 0;
};

// The machine's own clock; lives as long as the program.
const clock& system_clock();

// Time that passes, apart from the wall clock and its jumps: for deadlines, pauses and breakers.
class timer {
public:
    virtual ~timer() = default;
    // Since a moment that stays the same while the program runs; never decreases.
    virtual std::chrono::milliseconds elapsed() const = 0;
    // Returns after `pause`, or at once when `stop` is requested; false in the latter case.
    virtual bool sleep(std::chrono::milliseconds pause, std::stop_token stop) = 0;
};

// The machine's own; lives as long as the program.
timer& system_timer();

// RFC 3339 with milliseconds, "2026-11-23T01:35:00.000Z".
std::string to_rfc3339(time_point time);
// The same backwards; throws error(corrupted) for anything else.
time_point from_rfc3339(const std::string& text);

}  // namespace medusa
