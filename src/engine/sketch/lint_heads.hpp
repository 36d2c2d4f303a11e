// The part of the art's check that looks at the rigs of heads and the words for hair.
// Pure function: any thread; nothing throws.
#pragma once

#include <vector>

#include "engine/sketch/rig.hpp"
#include "engine/sketch/wardrobe.hpp"

namespace medusa::sketch {

// As lint_tables().
void lint_heads(const rig& tables, const wardrobe& pieces, std::vector<art_fault>& faults);

}  // namespace medusa::sketch
