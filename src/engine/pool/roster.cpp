#include "engine/pool/roster.hpp"

#include <algorithm>

#include "net/url.hpp"

namespace medusa {
namespace {

constexpr std::string_view realistic = "realistic";
constexpr std::string_view exclusive_mark = "#exclusive";

pool_member member_at(std::string url, const std::string& token) {
    pool_member member;
    auto& address = member.address;
    address.exclusive = url.ends_with(exclusive_mark);
    if (address.exclusive) url.resize(url.size() - exclusive_mark.size());
    while (url.ends_with('/')) url.pop_back();
    const auto parts = parse_url(url);
    member.key = parts.origin() + parts.path;
    address.label = printable_url(url);
    for (auto* shown : {&member.key, &address.label})
        while (shown->ends_with('/')) shown->pop_back();
    // A sign-in of the address itself is meant for this server, the token for all others.
    if (parts.user.empty()) address.bearer = token;
    address.url = std::move(url);
    return member;
}

}  // namespace

bool pool_member::draws(std::string_view style) const {
    return style == realistic ? draws_realistic : draws_others;
}

std::string_view pool_member::serves() const {
    if (draws_realistic && draws_others) return "every style";
    return draws_realistic ? realistic : "every style but realistic";
}

std::vector<pool_member> roster_of(const pool_addresses& set) {
    std::vector<pool_member> members;
    const auto add = [&](const std::vector<std::string>& urls, bool pool_member::*draws) {
        for (const auto& url : urls) {
            auto found = member_at(url, set.token);
            auto known = std::find_if(members.begin(), members.end(),
                                      [&](const auto& one) { return one.key == found.key; });
            if (known == members.end()) known = members.insert(known, std::move(found));
            *known.*draws = true;
        }
    };
    add(set.realistic.empty() ? set.every_style : set.realistic, &pool_member::draws_realistic);
    add(set.other_styles.empty() ? set.every_style : set.other_styles, &pool_member::draws_others);
    return members;
}

}  // namespace medusa
