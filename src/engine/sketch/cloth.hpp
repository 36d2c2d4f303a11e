// Cloth that follows the legs: skirts, coat tails, capes. Each is a shape around the leg bones, so
// it fits every pose.
//
// Pure functions: any thread. Errors: error(internal) for a slot without a colour.
#pragma once

#include <string>

#include "engine/sketch/body_pen.hpp"

namespace medusa::sketch {

std::string draw_skirt(const body_pen& pen);
// The inside of a coat, behind the legs, and its two fronts before them.
std::string draw_tails_behind(const body_pen& pen);
std::string draw_tails_before(const body_pen& pen);
// In the slots "cape" and "cape_dark" (its lining, which is seen), and its pieces on the shoulders.
std::string draw_cape(const body_pen& pen);
std::string draw_cape_front(const body_pen& pen);

}  // namespace medusa::sketch
