#include "domain/policy_ages.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>

namespace medusa {
namespace {

using tokens_view = std::span<const policy_token>;

constexpr std::string_view number_words[] = {
    "zero", "one", "two",    "three",  "four",     "five",     "six",     "seven",   "eight",
    "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"};
static_assert(std::size(number_words) == age_of_majority_years);

constexpr std::size_t none = static_cast<std::size_t>(-1);

bool is_any(tokens_view tokens, std::size_t at, std::initializer_list<std::string_view> words) {
    return at < tokens.size() && std::any_of(words.begin(), words.end(),
                                             [&](auto word) { return tokens[at].spells(word); });
}

// "017" is the end of 2,017 and no age.
bool is_small_number(const policy_token& token) {
    for (const auto& form : token.forms) {
        if (std::find(std::begin(number_words), std::end(number_words), form) !=
            std::end(number_words))
            return true;
        if (form.size() <= 2 && form.find_first_not_of("0123456789") == std::string::npos &&
            (form.size() == 1 || form.front() != '0') && std::stoi(form) < age_of_majority_years)
            return true;
    }
    return false;
}

// "twenty-two", "one hundred and twelve": the number at `at` is the end of a larger one.
bool ends_larger_number(tokens_view tokens, std::size_t at) {
    if (at == 0) return false;
    if (is_any(tokens, at - 1,
               {"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
                "hundred", "thousand", "million"}))
        return true;
    return at > 1 && is_any(tokens, at - 1, {"and"}) &&
           is_any(tokens, at - 2, {"hundred", "thousand", "million"});
}

bool is_followed_by_age(tokens_view tokens, std::size_t at) {
    const auto next = at + 1;
    if (is_any(tokens, next, {"yo", "yrold", "summers", "winters"})) return true;
    if (is_any(tokens, next, {"y"}) && is_any(tokens, next + 1, {"o"})) return true;
    if (is_any(tokens, next, {"st", "nd", "rd", "th"}))
        return is_any(tokens, next + 1, {"birthday", "grade", "grader", "graders"});
    if (!is_any(tokens, next, {"year", "years", "yr", "yrs", "y"})) return false;
    if (is_any(tokens, next + 1, {"old", "olds", "young"})) return true;
    return is_any(tokens, next + 1, {"of"}) && is_any(tokens, next + 2, {"age"});
}

// "has waited for ages. Nine lives ..."; but "clothes for ages 9 to 12".
bool is_long_time(tokens_view tokens, std::size_t ages, std::size_t number) {
    const auto& form = tokens[number].forms.front();
    const bool in_words = form.find_first_of("0123456789") == form.npos;
    return in_words && is_any(tokens, ages, {"ages"}) && ages > 0 &&
           is_any(tokens, ages - 1, {"for"});
}

bool is_led_by_age(tokens_view tokens, std::size_t at) {
    if (is_any(tokens, at + 1,
               {"hundred", "thousand", "million", "century", "centuries", "decades", "eons",
                "aeons", "millennia"}))
        return false;
    auto before = at - 1;  // wraps to `none` at the start, which is_any() takes as no token
    if (is_any(tokens, before, {"turned", "turning"})) return true;
    if (is_any(tokens, before, {"of"}) && at >= 2 &&
        is_any(tokens, at - 2, {"boy", "girl", "lad", "lass", "kid"}))
        return true;
    while (is_any(tokens, before, {"of", "is", "only", "just", "about", "around", "barely"}))
        before = before == 0 ? none : before - 1;
    return is_any(tokens, before, {"age", "aged", "ages"}) && !is_long_time(tokens, before, at);
}

}  // namespace

std::optional<std::size_t> find_minor_age(tokens_view tokens) {
    for (std::size_t at = 0; at < tokens.size(); ++at)
        if (is_small_number(tokens[at]) && !ends_larger_number(tokens, at) &&
            (is_followed_by_age(tokens, at) || is_led_by_age(tokens, at)))
            return at;
    return std::nullopt;
}

}  // namespace medusa
