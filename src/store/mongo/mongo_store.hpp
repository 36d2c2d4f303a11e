// The character store in a MongoDB database: reservations, characters, images and attempts.
//
// Owned by app. Safe from any thread, and from several processes and machines on one database: each
// change is one atomic operation on one document, or a chain of such that any process can finish
// (ARCHITECTURE.md). A function returns when a majority of the servers has its change. Failures of
// the network and changes of the primary are ridden out for a while. Errors, all starting "Database
// connection failed: ": error(unavailable) when no server answers, unauthorized when it refuses the
// sign-in, storage when its disk is full or it refuses a command, corrupted for a document that is
// no record, invalid_argument for an address that is none; and error(cancelled) when `stop` ended
// the waiting. No text of theirs holds a password.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/log.hpp"
#include "net/retry.hpp"
#include "store/stores.hpp"

namespace medusa {

struct mongo_settings {
    // mongodb:// or mongodb+srv://, with all options of such an address (TLS, time limits, pool).
    // Without the name of a database it means `test`, as with other clients.
    std::string uri;
    retry_rules patience{};
    std::stop_token stop{};
    // Told what is odd and was worked around, for example an id that another program took.
    std::function<void(std::string_view)> notice = [](std::string_view) {};
    log_sink log{};
    retry_sink retried{};
};

// Connects, makes the indexes that are missing, and finishes what a crash left half done.
stores make_mongo_store(const mongo_settings& settings);

}  // namespace medusa
