// The image engine of remote servers: any number of pods as one, each kept busy.
//
// Made in app/parts.cpp, owned there; render() may be called from as many threads as like. Errors
// as of image_engine, in the words of interface.md 3. The parts that it borrows must outlive it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "engine/image_server.hpp"
#include "engine/pool/roster.hpp"
#include "net/retry.hpp"
#include "store/attempt_log.hpp"

namespace medusa {

// A language that servers speak. `open` makes the adapter when that server speaks it, and returns
// none when something else answers there; it throws, with a failure class, when nothing does.
struct dialect {
    std::string name;
    std::function<std::unique_ptr<image_server>(const server_address&, std::stop_token)> open;
};

struct pool_parts {
    std::vector<pool_member> members;  // at least one
    std::vector<dialect> dialects;     // asked in this order
    attempt_log* attempts;             // null where nothing is drawn, only asked
    id_source& ids;
    const clock& time;
    timer& pauses;
    // Decodes what came and throws when it is no whole picture; may be empty.
    std::function<void(const picture&)> inspect{};
    retry_sink retried{};  // a prompt that failed is sent again, or asked after once more
};

class engine_pool : public image_engine {
public:
    // How every server is, asked now: for `medusa engines` and `doctor`.
    virtual std::vector<server_status> survey(std::stop_token stop) = 0;
};

std::unique_ptr<engine_pool> make_engine_pool(pool_parts parts);

}  // namespace medusa
