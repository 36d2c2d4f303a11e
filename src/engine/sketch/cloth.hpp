// Cloth that follows the legs: skirts, coat tails, capes;
// and hair that falls down the back. Each is a shape around the leg bones, so
// it fits every pose.
//
// Pure functions: any thread. Errors: error(internal) for a slot without a colour.
#pragma once

#include <string>

#include "engine/sketch/body_pen.hpp"

namespace medusa::sketch {

std::string draw_skirt(const body_pen& pen);
// The inside of a coat, behind the legs, and its two fronts before them.
// An apron, from the waist to above the knees; empty where the cut has none.
std::string draw_apron(const body_pen& pen);
std::string draw_tails_behind(const body_pen& pen);
std::string draw_tails_before(const body_pen& pen);
// In the slots "cape" and "cape_dark" (its lining, which is seen), and its pieces on the shoulders.
std::string draw_cape(const body_pen& pen);
// How far to the left its hem trails behind a figure that leans forward, in figure units.
double cape_trail(const pose& stance);
std::string draw_cape_front(const body_pen& pen);

// Long hair behind arms and torso, in the gradient "hair-back", with an outline of `width` units.
std::string draw_falling_hair(const pose& stance, const std::string& line, double width);

}  // namespace medusa::sketch
