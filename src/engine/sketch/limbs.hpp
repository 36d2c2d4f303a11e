// Arms and legs of a full figure with what covers them: sleeves, trousers, gloves, boots, hands,
// and the prop in a hand.
//
// Pure functions: any thread. Errors: error(internal) for a broken piece.
#pragma once

#include <string>

#include "engine/sketch/body_pen.hpp"

namespace medusa::sketch {

// An arm away from the body: its shoulder is drawn as a line of its own.
bool raised(const body_pen& pen, bool left);

// With its hand, and with the prop of that hand below the fingers.
std::string draw_arm(const body_pen& pen, bool left);
std::string draw_hand(const body_pen& pen, bool left);
// Both legs, the far one first, and the seat of the trousers.
std::string draw_legs(const body_pen& pen);

}  // namespace medusa::sketch
