// Reads one text with the word table: the step of the look parser that knows about sentences.
// Pure; any thread.
#pragma once

#include <string_view>

#include "domain/look_claims.hpp"

namespace medusa {

// `name` is that of the character, see look_names.hpp.
look_reading read_look(std::string_view text, std::string_view name = {});

}  // namespace medusa
