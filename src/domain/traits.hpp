// Traits and tag groups of a character, from the tags a user gives and from what the description
// says (interface.md 4). Words come from resources/traits.json. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/character.hpp"

namespace medusa {

// The first tag is the main trait, the next three are the sub-traits. Without tags, words of
// personality in the description in their order; empty where it has none: nothing is made up.
personality_traits traits_of(std::string_view description, const std::vector<std::string>& tags);

// Given tags go to the group they belong to, personality when in doubt. The description fills the
// other groups: personality only where no tag did, appearance from `appearance`, which tags have
// already shaped (parse_look), genre from its words, the style, the role and the species.
selected_tags tags_of(std::string_view description, const std::vector<std::string>& tags,
                      const look& appearance, std::string_view style);

}  // namespace medusa
