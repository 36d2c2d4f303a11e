// Puts a drawing together: scene, figure, garment and parts in their layers, as one SVG document.
//
// Pure functions: any thread. The same drawing and size give the same bytes. Nothing that a user
// wrote gets into the document. Errors: error(internal) for a broken part.
#pragma once

#include <string>

#include "engine/sketch/mapper.hpp"
#include "engine/sketch/wardrobe.hpp"

namespace medusa::sketch {

// `width` and `height` in pixels give the shape of the picture. Other shapes than a square show
// more of the scene; the figure stays whole.
std::string compose_svg(const wardrobe& pieces, const drawing& what, int width, int height);

}  // namespace medusa::sketch
