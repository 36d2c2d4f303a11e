// The debug log: where parts tell an operator what they do, one line at a time.
//
// Handed in by app, which asks for it with MEDUSA_LOG=debug; an empty sink means that nobody
// listens. Called from any thread. Who writes a line keeps secrets out of it.
#pragma once

#include <functional>
#include <string_view>

namespace medusa {

using log_sink = std::function<void(std::string_view)>;

}  // namespace medusa
