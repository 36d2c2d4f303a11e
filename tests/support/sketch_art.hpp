// The built-in art for tests of the sketch engine, read once by the first who asks. Any thread.
#pragma once

#include "engine/sketch/loaded_art.hpp"

namespace medusa::sketch {

inline const loaded_art& loaded() {
    static const loaded_art once;
    return once;
}
inline const rig& tables() {
    return loaded().tables;
}
inline const wardrobe& pieces() {
    return loaded().pieces;
}

}  // namespace medusa::sketch
