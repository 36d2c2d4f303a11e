#include "cli/numbers.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

template <class Number>
std::optional<Number> parsed(std::string_view text) {
    Number value{};
    const auto* const last = text.data() + text.size();
    const auto [end, fault] = std::from_chars(text.data(), last, value);
    return fault == std::errc() && end == last ? std::optional(value) : std::nullopt;
}

[[noreturn]] void refuse(std::string_view what, std::string_view expected, std::string_view text) {
    throw error(errc::invalid_argument,
                fmt::format("{} must be {}, not \"{}\"", what, expected, printable(text)));
}

}  // namespace

std::int64_t whole_number(std::string_view what, std::string_view text, whole_range range) {
    const auto value = parsed<std::int64_t>(text);
    if (!value || *value < range.min || *value > range.max)
        refuse(what,
               fmt::format("a whole number from {} to {}", fmt::group_digits(range.min),
                           fmt::group_digits(range.max)),
               text);
    return *value;
}

double cfg_number(std::string_view what, std::string_view text) {
    const auto value = parsed<double>(text);
    // Written so that NaN, which is neither below nor above, is refused as well.
    if (!value || !(*value >= limits::cfg_min && *value <= limits::cfg_max))
        refuse(what, fmt::format("a number from {} to {}", limits::cfg_min, limits::cfg_max), text);
    return *value;
}

std::string counted(std::size_t count, std::string_view word) {
    return fmt::format("{} {}{}", fmt::group_digits(count), word, count == 1 ? "" : "s");
}

}  // namespace medusa
