#include "recall/match_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

constexpr double weight_max = 100;

template <class Number>
bool reads(std::string_view text, Number& into) {
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), into);
    return failed == std::errc() && end == text.data() + text.size();
}

double to_three_places(double number) {
    return std::round(number * 1000) / 1000;
}

}  // namespace

std::vector<liked_character> liked_in(std::span<const std::string> texts) {
    std::vector<liked_character> liked;
    for (const auto& text : texts) {
        const auto colon = text.find(':');
        liked_character one;
        const bool has_id = reads(std::string_view(text).substr(0, colon), one.id) && one.id >= 0;
        const bool has_weight =
            colon == text.npos || (reads(std::string_view(text).substr(colon + 1), one.weight) &&
                                   one.weight > 0 && one.weight <= weight_max);
        if (!has_id || !has_weight)
            throw error(
                errc::invalid_argument,
                fmt::format("\"{}\" is no id of a character with a weight", printable(text)),
                fmt::format("Write an id, or one with a weight above 0 and at most {}: 123456:2",
                            weight_max));
        liked.push_back(one);
    }
    return liked;
}

std::optional<if_similar> if_similar_from(std::string_view word) {
    if (word == "warn") return if_similar::warn;
    if (word == "refuse") return if_similar::refuse;
    if (word == "ignore") return if_similar::ignore;
    return std::nullopt;
}

boost::json::object match_json(const recalled_character& hit) {
    return {{"score", to_three_places(hit.score)},
            {"similarity", to_three_places(hit.similarity)},
            {"words", boost::json::value_from(hit.words)},
            {"shared", boost::json::value_from(hit.shared)}};
}

}  // namespace medusa
