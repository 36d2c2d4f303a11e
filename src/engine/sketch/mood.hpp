// Which face a mood is drawn with. Pure functions over the rig's table: any thread; nothing throws.
#pragma once

#include <string_view>

#include "engine/sketch/rig.hpp"

namespace medusa::sketch {

// The expression of a mood's word; neutral for an empty or unknown one. The rule for young
// characters is applied before, by in_scene().
const expression& face_for(const rig& tables, std::string_view mood);

}  // namespace medusa::sketch
