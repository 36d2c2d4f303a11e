// The check of the art: everything that would fail, or be missed, when a picture is drawn, told
// before one is.
//
// Pure function: any thread. Throws nothing for broken art: that is what it returns.
#pragma once

#include <vector>

#include "engine/sketch/art.hpp"

namespace medusa::sketch {

// Sorted by file; empty: nothing is wrong.
std::vector<art_fault> lint_art(const art_files& art);

}  // namespace medusa::sketch
