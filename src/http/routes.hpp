// The routes: which handler answers what, who may ask, and how large a body may be. The table is at
// the top of routes.cpp. Pure but for what handlers do; any thread.
#pragma once

#include <span>
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
    std::size_t body_bytes_max = 0;
};

std::span<const route> routes();

// The answer to any request: throws nothing.
answer dispatch(const service& with, const request& asked);

// Of the route that the target leads to.
std::size_t body_bytes_max(std::string_view method, std::string_view target);

}  // namespace medusa::http
