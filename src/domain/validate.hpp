// What a user asks for, held against the limits of interface.md 8. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
    friend bool operator==(const character_draft&, const character_draft&) = default;
};

// The draft with white space put in order, control characters gone, empty tags left out and the
// style by its proper name.
// Throws error(invalid_argument) that names the field, its limit and what to do.
character_draft validate(character_draft draft);

// The owner with the name in order: the name becomes a folder, the id tells users apart and so is
// never changed. Throws error(invalid_argument) that names userId or username.
owner_info validate(owner_info owner);

// Free text put in order like a description; it may be empty. Throws error(invalid_argument) that
// names `field` for what is no text (also a NUL) or longer than `chars_max`.
std::string clean_text(std::string_view text, std::string_view field, std::size_t chars_max);

// Throws error(invalid_argument) above limits::seed_max.
void validate_seed(std::uint64_t seed);

// Throws error(invalid_argument) for steps, cfg or sizes out of range.
void validate(const generation_settings& settings);

}  // namespace medusa
