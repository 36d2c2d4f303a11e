// The composition root: the one place that names concrete adapters. Made and owned by run(), main
// thread; what it opens serves all threads and lives until it is destroyed.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>

#include "cli/context.hpp"

namespace medusa {

// Where parts say what is odd and was worked around; any thread.
using notice_sink = std::function<void(std::string_view)>;

// Loads the configuration at its first use and opens parts when a command asks for them. Parts that
// wait for others end it when `stop` is requested.
std::unique_ptr<backstage> make_backstage(std::stop_token stop, notice_sink notice);

}  // namespace medusa
