// The predefined characters of resources/templates/characters.json. Read once; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace medusa {

struct character_template {
    std::string name;
    std::string description;
    std::string style;
    std::vector<std::string> tags;
};

std::size_t template_count();

// Template `index` from 0; behind the last one they repeat with numbered names ("Luna Starweaver
// 2").
character_template template_at(std::size_t index);

}  // namespace medusa
