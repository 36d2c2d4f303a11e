// The debug log of a MongoDB database: a line for each command, and for each failed look at a
// server. Commands and answers are never told, only their names.
#pragma once

#include <mongoc/mongoc.h>

#include "core/log.hpp"

namespace medusa::mongo {

// `log` is borrowed, and must outlive the pool, from which nothing was lent yet.
void log_commands(mongoc_client_pool_t* pool, const log_sink& log);

}  // namespace medusa::mongo
