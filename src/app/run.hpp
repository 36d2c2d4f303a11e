// The program: start order, signals, and the exit code. Called once, by main.
#pragma once

namespace medusa {

// Returns the exit code of interface.md 3. The first SIGINT or SIGTERM asks the command to stop,
// the second one ends the process at once.
int run(int argc, const char* const* argv);

}  // namespace medusa
