#include "http/conditional.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "http/represent.hpp"

namespace medusa::http {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Digits alone; a number too large to hold is the largest one that can be held.
std::optional<std::uint64_t> number_in(std::string_view digits) {
    if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) return {};
    std::uint64_t number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (read.ec == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
    return number;
}

// Empty for what is no single range of bytes: "bytes=0-99", "bytes=100-", "bytes=-100" (14.1.2).
std::optional<wanted_bytes> range_in(std::string_view text, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (lower_ascii(text.substr(0, unit.size())) != unit) return {};
    const auto range = trimmed(text.substr(unit.size()));
    const auto hyphen = range.find('-');
    if (hyphen == range.npos) return {};
    const auto from = number_in(range.substr(0, hyphen));
    const auto to = number_in(range.substr(hyphen + 1));
    constexpr wanted_bytes beyond{wanted_bytes::kind::none};
    if (hyphen == 0) {
        if (!to) return {};
        const auto bytes = std::min(*to, size);
        return bytes == 0 ? beyond : wanted_bytes{wanted_bytes::kind::part, size - bytes, bytes};
    }
    if (!from || (!to && hyphen + 1 < range.size()) || (to && *to < *from)) return {};
    if (*from >= size) return beyond;
    const auto last = std::min(to.value_or(size - 1), size - 1);
    return wanted_bytes{wanted_bytes::kind::part, *from, last - *from + 1};
}

}  // namespace

wanted_bytes wanted_of(const request& asked, std::string_view tag, std::uint64_t size) {
    if (names_tag(asked.header("if-none-match"), tag, tag_comparison::weak))
        return {wanted_bytes::kind::unchanged};
    const wanted_bytes whole{wanted_bytes::kind::whole, 0, size};
    if (asked.method != "GET") return whole;
    // A date never fits, since no Last-Modified is sent; a weak tag never does (13.1.5).
    const auto only_if = asked.header("if-range");
    if (!only_if.empty() && trimmed(only_if) != tag) return whole;
    return range_in(trimmed(asked.header("range")), size).value_or(whole);
}

}  // namespace medusa::http
