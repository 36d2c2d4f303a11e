// What a user asks for, held against the limits of interface.md 8. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/character.hpp"

namespace medusa {

// A character as a user describes it, from any door.
struct character_draft {
    std::string name;
    std::string description;
    std::vector<std::string> tags;
    std::string style;  // empty: the default style
    generation_settings settings;
    std::optional<std::uint64_t> seed;  // of the avatar; none: the character's own
};

// The draft with white space put in order, control characters gone, empty tags left out and the
// style by its proper name.
// Throws error(invalid_argument) that names the field, its limit and what to do.
character_draft validate(character_draft draft);

// Throws error(invalid_argument) for steps, cfg or sizes out of range.
void validate(const generation_settings& settings);

}  // namespace medusa
