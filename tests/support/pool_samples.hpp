// What servers offer and how they fail, for tests of the engine pool. Pure; any thread.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "engine/image_server.hpp"

namespace medusa::testing_support {

inline error failure_of(failure_class kind, std::chrono::milliseconds wait = {}) {
    return error(errc::unavailable, remote_failure{kind, wait}, "RunPod connection failed: so");
}

inline server_capabilities offering(std::vector<std::string> checkpoints) {
    server_capabilities offers;
    offers.dialect = "comfyui";
    offers.checkpoints = std::move(checkpoints);
    offers.identity_methods = {"faceid", "ipadapter", "seed"};
    return offers;
}

}  // namespace medusa::testing_support
