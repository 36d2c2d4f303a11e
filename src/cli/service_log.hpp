// The option --log-format of the commands that serve. Main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/context.hpp"

namespace medusa {

void add_log_format(CLI::App& command, std::string& into);

// Makes stderr the log of a service: as `wanted` ("text", "json"), else as it is configured, else
// text on a terminal and JSON elsewhere.
void begin_log(cli_context& context, const std::string& wanted);

}  // namespace medusa
