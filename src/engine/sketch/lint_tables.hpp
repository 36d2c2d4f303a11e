// The part of the art's check that looks from one file into another: what tables name must be
// drawn. Pure function: any thread; nothing throws.
#pragma once

#include <vector>

#include "engine/sketch/rig.hpp"
#include "engine/sketch/wardrobe.hpp"

namespace medusa::sketch {

// `tables` and `pieces` are whole: nothing of them was left out for being broken.
void lint_tables(const rig& tables, const wardrobe& pieces, std::vector<art_fault>& faults);

}  // namespace medusa::sketch
