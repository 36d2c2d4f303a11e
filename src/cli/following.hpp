// The search index of a command: brought to where the store is, with progress where that takes
// long. Main thread.
#pragma once

#include <functional>

#include "cli/context.hpp"
#include "recall/index_follower.hpp"

namespace medusa {

// Runs `work`, whose progress is shown on a terminal, and returns what it returns.
std::size_t follow_shown(cli_context& context,
                         const std::function<std::size_t(const follow_progress&)>& work);

// Everything that the store has can be found when this returns.
void follow_store(cli_context& context);

}  // namespace medusa
