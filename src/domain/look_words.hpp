// A look put back into words, for prompts and for embeddings. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "domain/look.hpp"

namespace medusa {

// Short phrases, the person first and the surroundings last: "elf woman", "long silver hair",
// "violet eyes", "robe", "forest background". The mood is left to moods.json (prompt.hpp).
std::vector<std::string> look_words(const look& subject);

}  // namespace medusa
