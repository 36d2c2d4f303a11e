// The debug log of calls to other machines: a line for each HTTP call when it has ended, and for
// each WebSocket when it opens and when it ends.
//
//   GET http://127.0.0.1:8188/queue: 200 after 3 ms
//   POST https://api.cloudinary.com/v1_1/demo/image/upload: 503 (transient) after 41 ms
//   GET http://127.0.0.1:8188/queue: no answer (transient) after 1 ms: RunPod connection failed:
//   ...
//
// Addresses are those of printable_url(): without sign-in, query and the name of a pod. Headers and
// bodies are never told. Ownership, threads and errors are those of what is logged.
#pragma once

#include <memory>

#include "core/log.hpp"
#include "net/http.hpp"
#include "net/websocket.hpp"

namespace medusa {

// What was given, where nobody listens.
std::unique_ptr<http_client> logged(std::unique_ptr<http_client> client, log_sink log);
std::unique_ptr<websocket_loop> logged(std::unique_ptr<websocket_loop> loop, log_sink log);

}  // namespace medusa
