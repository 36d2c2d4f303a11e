// Jobs as clients see them. Pure; any thread.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "domain/job.hpp"

namespace medusa::http {

boost::json::object told(const job& one);

// Why it ended without success, as an answer to whoever asked for it.
error told_to_client(const job& ended);

// Its events after that number as server-sent events, and the highest number that it has; how far
// it is comes with them, without a number of its own.
std::pair<std::string, std::int64_t> events_after(const job& one, std::int64_t after,
                                                  time_point now);

}  // namespace medusa::http
