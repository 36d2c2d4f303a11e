// The image engine of the configured remote servers, with all that it works with. Main thread; what
// it returns serves all threads. The dialects that servers may speak stand in its table.
#pragma once

#include <memory>

#include "config/config.hpp"
#include "core/log.hpp"
#include "engine/pool/pool.hpp"
#include "net/retry.hpp"

namespace medusa {

// `attempts` may be null where servers are only asked how they are; `log` empty. Throws
// error(invalid_argument) for an address or token file that cannot be used.
std::unique_ptr<engine_pool> make_remote_engine(const engines_config& set, attempt_log* attempts,
                                                const log_sink& log,
                                                const retry_sink& retried = {});

}  // namespace medusa
