// Fields of a look by name, as the word table calls them. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "domain/look.hpp"

namespace medusa {

// Fills a field that is still empty, or adds to a list what it does not hold. Returns whether
// `subject` changed. Throws error(internal) for a name that is no field.
bool fill(look& subject, std::string_view field, std::string_view value);

// The word of a field that holds one, null for lists and for what is no field.
const std::string* word_at(const look& subject, std::string_view field);

// Empties a field of one word, with the second colour that belongs to it, so that `value` can be
// filled in. Lists and fields that hold `value` stay as they are.
void clear_for(look& subject, std::string_view field, std::string_view value);

// Takes `value` out of a field again.
void take_out(look& subject, std::string_view field, std::string_view value);

// Fills what `into` leaves open from `from`. Colours that belong together, of hair and of eyes, are
// taken together or not at all; what one denies, the other cannot add.
void merge(look& into, const look& from);

}  // namespace medusa
