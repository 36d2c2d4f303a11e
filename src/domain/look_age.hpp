// Ages in free text: "25 years old", "a 12-year-old", "in her late sixties". Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "domain/lexicon.hpp"

namespace medusa {

struct age_match {
    std::string_view band;  // of look::age_band
    std::size_t length;     // tokens
};

// The age that is told from `tokens[at]` on, if one is.
std::optional<age_match> age_at(std::span<const token> tokens, std::size_t at);

}  // namespace medusa
