// The figure of a drawing: head and hair of a rig, our own face, garment and parts, in layers.
//
// Drawn in figure space: the canvas units of the first rig, lorelei (980 x 980, y down); garments
// reach below. Pure functions: any thread. Errors: error(internal) for a broken part.
#pragma once

#include <string>

#include "engine/sketch/body.hpp"
#include "engine/sketch/mapper.hpp"
#include "engine/sketch/scene.hpp"
#include "engine/sketch/wardrobe.hpp"

namespace medusa::sketch {

struct figure_art {
    std::string defs;
    std::string body;
    extent reach;  // of a full figure only
};

// `light`: of the scene; all colours of the figure lean to it.
figure_art draw_figure(const wardrobe& pieces, const drawing& what, const scene_light& light);

}  // namespace medusa::sketch
