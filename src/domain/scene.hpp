// Where the words of one request meet a character: its mood and setting laid over the look that is
// stored. Every engine and the prompt go through here, so that they show the same. Pure; any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/look.hpp"

namespace medusa {

// `subject` with the mood, setting, time of day and weather that `mood` and `setting` ask for in
// free text ("happy", "snowy mountains at night"). Empty text, and text that names none, leaves the
// look's own; a mood that is asked for takes the place of an expression that is described. Another
// setting takes its own weather along. For young characters the moods desire and love become
// eagerness ("excitement") and family affection ("caring"): interface.md 7.
look in_scene(look subject, std::string_view mood, std::string_view setting);

// Every mood that the program knows, with the words that a prompt gets for it.
const std::vector<std::pair<std::string, std::string>>& mood_table();

}  // namespace medusa
