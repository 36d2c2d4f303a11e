// One server of the /sdapi/v1 family: AUTOMATIC1111's WebUI, Forge, or stable-diffusion.cpp.
//
// Owned by the pool, any thread; see engine/image_server.hpp for errors. Each drawing is one long
// call, behind one lock of the server. What is cut before its answer is lost: these servers hand a
// picture out once. Behind RunPod's proxy, which cuts a silent call after 100 s, nothing is sent
// that would take longer.
#pragma once

#include <memory>

#include "core/clock.hpp"
#include "engine/image_server.hpp"
#include "net/http.hpp"

namespace medusa {

// Whether such a server answers there. False for a server of another kind; throws as
// image_server::probe() when nothing usable answers.
bool is_a1111(const server_address& address, http_client& http, std::stop_token stop);

std::unique_ptr<image_server> make_a1111_server(server_address address, http_client& http,
                                                timer& time);

}  // namespace medusa
