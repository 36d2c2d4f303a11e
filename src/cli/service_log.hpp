// What the commands that serve write: the option --log-format, and warnings of outages. Main thread
// unless said otherwise.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "cli/context.hpp"
#include "core/clock.hpp"

namespace medusa {

void add_log_format(CLI::App& command, std::string& into);

// Makes stderr the log of a service: as `wanted` ("text", "json"), else as it is configured, else
// text on a terminal and JSON elsewhere.
void begin_log(cli_context& context, const std::string& wanted);

// Several parts of a process meet the same outage, each in its own time, and each tells it once.
// Any thread.
class outage_echoes {
public:
    // Longer than it takes until the last one has noticed: a call to a store waits for 30 s.
    static constexpr std::chrono::seconds longest{60};

    explicit outage_echoes(timer& time) : time_(time) {}
    // Whether nothing of that part was heard lately: what is told of it begins the same.
    bool is_new(const error& outage);

private:
    timer& time_;
    std::mutex mutex_;
    std::map<std::string, std::chrono::milliseconds> heard_;  // by beginning; guarded by mutex_
};

// A warning for each outage, for all parts of the process together; any thread.
std::function<void(const error&)> warns_of_outages(terminal& out, timer& time);

}  // namespace medusa
