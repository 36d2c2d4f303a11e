// The body of a full figure below the head: limbs as outlined tubes, clothes, shoes, hands, props.
//
// Drawn in figure space; the head of the bust goes on top of it unchanged.
// Pure functions: any thread. Errors: error(internal) for a broken piece.
#pragma once

#include <string>

#include "engine/sketch/scene.hpp"
#include "engine/sketch/stance.hpp"
#include "engine/sketch/wardrobe.hpp"

namespace medusa::sketch {

// A part of figure space.
struct extent {
    double left = 0, top = 0, right = 0, bottom = 0;
};

// Parts as the bust has them, to be fitted to the torso.
struct torso_parts {
    std::string wings, collar, neck;
};

struct body_art {
    std::string defs;
    std::string behind;  // what back hair falls over: wings, capes, coat tails
    std::string body;    // what the head is drawn over
    extent reach;        // of all of it but the head
};

// `colours`: of the person and of the garment, in the scene's light. `garment`: the bust's drawing,
// whose collar and chest are used again; may be null.
body_art draw_body(const wardrobe& pieces, const stance& how, const fragment* garment,
                   const slot_map& colours, const scene_light& light, const torso_parts& worn);

}  // namespace medusa::sketch
