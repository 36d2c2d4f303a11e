// One line of the log of a service: what happened, to whose request or job.
//
// Plain values; any thread. Who writes the lines (cli/log_format.hpp) masks secrets and escapes
// what is no text, so that nobody has to who makes an entry.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace medusa {

enum class log_level { debug, info, warning, error };

struct log_entry {
    log_level level = log_level::info;
    std::string msg;
    std::string request_id{};  // empty where it is not known, as the next two
    std::string job_id{};
    std::string owner{};  // whose it is: a user id
    std::vector<std::pair<std::string, std::variant<std::string, std::int64_t>>> more{};
};

// Called from any thread. Empty: nobody listens.
using entry_sink = std::function<void(const log_entry&)>;

}  // namespace medusa
