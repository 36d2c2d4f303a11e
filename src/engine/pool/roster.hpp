// Which servers there are and which styles each draws, from the addresses that the user set.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/image_server.hpp"

namespace medusa {

// The addresses as they were set (interface.md 2): scheme://[user:pass@]host[:port][/path], and
// "#exclusive" behind one that is ours alone.
struct pool_addresses {
    std::vector<std::string> every_style{};
    std::vector<std::string> realistic{};     // in place of every_style for that style
    std::vector<std::string> other_styles{};  // in place of every_style for all the others
    std::string token{};                      // sent as a bearer; empty: none
};

struct pool_member {
    server_address address;
    std::string key;  // the address without user and password: its name in the attempt log
    bool draws_realistic = false;
    bool draws_others = false;

    bool draws(std::string_view style) const;
    // "every style", "realistic", "every style but realistic".
    std::string_view serves() const;
};

// One member for each server that draws something; an address in two lists is one server. Throws
// error(invalid_argument) for what is no address, without repeating it.
std::vector<pool_member> roster_of(const pool_addresses& set);

}  // namespace medusa
