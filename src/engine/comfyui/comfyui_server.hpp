// The client of one ComfyUI server, as an image_server.
//
// Made in app/parts.cpp, owned by the pool. Any number of threads may call run() and resume() at
// once; each waits in its call, and all share one WebSocket, which is opened by the first. Besides
// image_server.hpp's:
// - run() and resume() probe the server by themselves if probe() was not called, and again after a
//   refused prompt. They answer empty also for a rung that the model cannot take, without a prompt.
// - class `ambiguous`: nothing was answered for 15 s, and the prompt may still run there; resume()
//   goes on with it.
// - class `transient`: the picture is there but could not be fetched, three times (resume() tries
//   again); or the prompt ended without one, out of memory or stopped by somebody else; or it did
//   not move for `still_max` (20 min where no frames are heard), and was stopped.
#pragma once

#include <chrono>
#include <memory>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "engine/image_server.hpp"
#include "net/http.hpp"
#include "net/retry.hpp"
#include "net/websocket.hpp"

namespace medusa {

// Borrowed: they must outlive the server.
struct comfyui_parts {
    http_client& http;
    websocket_loop& sockets;
    id_source& ids;
    timer& time;
    unit_random random;
    // Of a prompt that runs without a word: then its worker is taken to be dead.
    std::chrono::milliseconds still_max{10 * 60'000};
};

std::unique_ptr<image_server> make_comfyui_server(server_address address, comfyui_parts parts);

// Whether ComfyUI answers there: one call. Class `warming` when the pod is not ready, and the
// errors of the HTTP client when nothing answers.
bool is_comfyui(const server_address& address, http_client& http, std::stop_token stop);

}  // namespace medusa
