// The routes: which handler answers what, who may ask, and how large a body may be. The table is at
// the top of routes.cpp. Pure but for what handlers do; any thread.
#pragma once

#include <array>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "http/service.hpp"

namespace medusa::http {

enum class guard {
    open,  // anybody, without a token
    read,  // the scope that is needed
    write,
    admin,
};

struct route {
    std::string_view method;
    std::string_view pattern;  // "/api/characters/{id}"
    guard needs;
    handler run;
    // The statuses of its own; what its method, pattern and guard bring along, statuses_of() adds
    // (openapi.hpp).
    std::array<int, 6> answers{};
    std::size_t body_bytes_max = 0;
    bool lasts = false;  // request::course has it
};

std::span<const route> routes();

// The answer to any request: throws nothing.
answer dispatch(const service& with, const request& asked);

// That there are for this address, HEAD among them.
std::set<std::string> methods_of(const target& at);

// Of the route that the target leads to.
std::size_t body_bytes_max(std::string_view method, std::string_view target);

}  // namespace medusa::http
