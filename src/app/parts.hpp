// The composition root: the one place that names concrete adapters. Made and owned by run(), main
// thread; what it opens serves all threads and lives until it is destroyed.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>

#include "cli/context.hpp"
#include "core/log.hpp"

namespace medusa {

// What parts are handed beside their settings.
struct part_hooks {
    std::stop_token stop;  // ends what waits for others
    // Where parts say what is odd and was worked around; any thread.
    std::function<void(std::string_view)> notice;
    // Told of calls to remote parts that are made again.
    std::function<void(std::string_view upstream, failure_class)> retried{};
    log_sink log;  // used when the configuration asks for debug logging
};

// Loads the configuration at its first use and opens parts when a command asks for them.
std::unique_ptr<backstage> make_backstage(part_hooks hooks);

}  // namespace medusa
