// The composition root: the one place that names concrete adapters. Made and owned by run(), main
// thread; what it opens serves all threads and lives until it is destroyed.
#pragma once

#include <memory>

#include "cli/context.hpp"

namespace medusa {

// Loads the configuration at its first use and opens parts when a command asks for them.
std::unique_ptr<backstage> make_backstage();

}  // namespace medusa
