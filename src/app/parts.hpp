// The composition root: the one place that names concrete adapters. Made and owned by run(), main
// thread; what it opens serves all threads and lives until it is destroyed.
#pragma once

#include <memory>
#include <stop_token>

#include "cli/context.hpp"

namespace medusa {

// Loads the configuration at its first use and opens parts when a command asks for them. Parts that
// wait for others end it when `stop` is requested.
std::unique_ptr<backstage> make_backstage(std::stop_token stop);

}  // namespace medusa
