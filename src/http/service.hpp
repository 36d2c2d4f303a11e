// What handlers work with, and whom they work for. Made in serve.cpp; shared by all threads of the
// pool.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "http/message.hpp"
#include "http/sign_in.hpp"
#include "http/thumbnails.hpp"
#include "http/vitals.hpp"
#include "job/queue.hpp"
#include "metrics/metrics.hpp"
#include "pipeline/parts.hpp"
#include "store/access_tokens.hpp"
#include "store/change_counter.hpp"

namespace medusa {
class index_keeper;
class recall_desk;
class webhook_desk;
}  // namespace medusa

namespace medusa::http {

// All borrowed, for as long as the service runs.
struct service {
    const config& settings;
    std::string port;  // that it listens on, in digits
    // As worker_parts has it; any thread.
    std::function<const pipeline_parts&(const job_surroundings&)> open;
    job_queue& queue;
    access_tokens& tokens;
    webhook_desk& webhooks;
    const clock& time;
    metrics& counted;
    vitals& health;
    thumbnails& small;
    recall_desk& recall;
    index_keeper* keeper = nullptr;     // of the index that `recall` looks into; none: nobody does
    change_counter* changes = nullptr;  // of the store; none: it cannot tell
    const sign_in* guests = nullptr;    // whom another service has signed in; none: nobody
};

// Who asks.
struct identity {
    owner_info owner;
    access_scope scope = access_scope::read;
};

struct call {
    const request& asked;
    const identity& who;
    std::vector<std::string> names;  // what stands in place of the route's {...}
};

// Throws error for everything that is not as it should be; the router tells it.
using handler = answer (*)(const service& with, const call& of);

}  // namespace medusa::http
