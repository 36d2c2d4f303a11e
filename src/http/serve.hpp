// The service as a whole: edge, routes, and a worker beside them.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "core/log_entry.hpp"
#include "http/edge.hpp"
#include "http/service.hpp"
#include "worker/worker.hpp"

namespace medusa::http {

struct serve_terms {
    int handler_threads = 4;
    int worker_concurrency = 1;  // 0: other processes do the jobs
    edge_limits limits{};
    // Told once it listens: "http://127.0.0.1:3001".
    std::function<void(const std::string& address)> listening;
    // Something is not as it should be, and is tried again.
    std::function<void(const error&)> trouble;
    // An entry for a request: method, path, status ...
    entry_sink log{};
    bool logs_all = false;  // each one, not only what went wrong unforeseen
};

// Serves until `stop` is requested, then ends what runs. `with.port` is filled in. Throws
// error(invalid_argument) for an address that is none, unauthorized when it is not this machine's
// own and there is no token yet, and what make_edge() and run_worker() throw.
void serve(service with, const worker_parts& worker, const serve_terms& terms,
           std::stop_token stop);

// Answers /healthz, /readyz and /metrics alone, at an address of their own ("127.0.0.1:9464"),
// until the returned object is gone: for a process that serves nothing else. Throws as serve()
// does.
std::shared_ptr<void> serve_operations(const service& with, const std::string& listen);

}  // namespace medusa::http
