// Names in a description, told by their capitals: Rose is no colour, and Jade King no king. Pure;
// any thread.
#pragma once

#include <string_view>
#include <vector>

#include "domain/lexicon.hpp"

namespace medusa {

// Marks the tokens that are names of people. `name` is that of the character, empty where it is not
// known: its words are names wherever they stand as one. Other words are names only where they are
// in the lists of resources/look/names.json, or together with one that is in no list. A title
// before a name stays what it is: "Captain Ash" is a captain.
void drop_names(std::vector<token>& tokens, std::string_view name);

}  // namespace medusa
