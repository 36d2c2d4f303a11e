// Reads one text with the word table: the step of the look parser that knows about sentences.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/look.hpp"

namespace medusa {

// What one text says of a look, without the age: ages are claims that are weighed together.
struct look_reading {
    look said;
    look hinted;                           // true where nothing else speaks
    std::vector<std::string> ages;         // age bands in the order of the text
    std::vector<std::string> hinted_ages;  // the same
};

look_reading read_look(std::string_view text);

}  // namespace medusa
