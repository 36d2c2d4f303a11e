// All that is drawn with, read together: the tables of the art and its drawings.
//
// Reads and checks every file (some 20 ms): make it once, at the first drawing. Immutable
// afterwards: any thread. Errors: error(internal) for the first file that is not as it should be.
#pragma once

#include "engine/sketch/rig.hpp"
#include "engine/sketch/wardrobe.hpp"

namespace medusa::sketch {

struct loaded_art {
    explicit loaded_art(const art_files& art = embedded_art())
        : tables(load_rig(art)), pieces(load_wardrobe(art)) {}

    const rig tables;
    const wardrobe pieces;
};

}  // namespace medusa::sketch
