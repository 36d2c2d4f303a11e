// Which face a mood is drawn with. Pure functions over the rig's table: any thread; nothing throws.
#pragma once

#include <string_view>

#include "engine/sketch/rig.hpp"

namespace medusa::sketch {

// The expression of a mood's word; neutral for an empty or unknown one. A trait ("a fierce pirate")
// shows gently; a mood that the picture was asked for shows in full, signs and all. The rule for
// young characters is applied before, by in_scene().
enum class mood_source { trait, asked };
const expression& face_for(const rig& tables, std::string_view mood,
                           mood_source source = mood_source::asked);

}  // namespace medusa::sketch
