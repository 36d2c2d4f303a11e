// One drawing as pixels, in its style. Pure functions: any thread. Errors: as render_svg().
#pragma once

#include <string_view>

#include "card/png.hpp"
#include "engine/sketch/rig.hpp"

namespace medusa::sketch {

// Styles on a grid are drawn small, with few colours, and enlarged in whole blocks.
pixels paint(std::string_view svg, const treatment& finish, int width, int height);

}  // namespace medusa::sketch
