// What `doctor` asks of the image engines. Errors are what a check throws; main thread.
#pragma once

#include <vector>

#include "cli/context.hpp"
#include "config/config.hpp"
#include "core/log.hpp"

namespace medusa {

// One line for each remote server; all are asked at once.
std::vector<health_check> engine_checks(const config& settings, const log_sink& log);

}  // namespace medusa
