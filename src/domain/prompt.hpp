// The prompt composer: one positive and one negative text from everything that is known of a
// picture. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/character.hpp"

namespace medusa {

struct prompt_inputs {
    look appearance;
    std::string style;  // a name of style.hpp
    std::string description;
    std::vector<std::string> tags;
    image_type type = image_type::avatar;
    std::string mood;                          // of the request, empty: the look's own
    std::string setting;                       // of the request, empty: the look's own
    std::string prompt;                        // of the request; what a custom picture shows
    std::optional<std::string> positive_text;  // of the user's prompt file; none: the built-in text
    std::optional<std::string> negative_text;
    std::string_view safety_negatives;  // of the policy, always part of the negative prompt
};

struct composed_prompt {
    std::string positive;
    std::string negative;
};

// Positive: prompt text, look, description, tags, style words, then what this picture shows: the
// request's own prompt, type, mood, setting. Negative: prompt text, style, what the look
// denies, safety negatives. A phrase is said once. At most limits::prompt_chars characters each:
// our own words are left out from the end where there are too many, the user's never. Throws
// error(invalid_argument) where the user's words alone are too many, and for an unknown style.
composed_prompt compose_prompt(const prompt_inputs& inputs);

}  // namespace medusa
