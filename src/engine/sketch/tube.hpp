// Outlines of limbs: a line of two bones, softened at the joint, with a thickness along it.
//
// Positions on it: 0 at the root, 1 at the joint, 2 at the end. Sides: -1 is the left hand's side
// when one looks from root to end in the picture, 1 the other, 0 the middle.
// Values only: any thread; nothing throws.
#pragma once

#include <string>
#include <vector>

#include "engine/sketch/skeleton.hpp"

namespace medusa::sketch {

struct ring {
    double at = 0;      // position
    double radius = 0;  // figure units
};

// A smooth open path through points ("M1 2C..."): Catmull-Rom as cubic Beziers.
std::string curve_through(const std::vector<point>& points, bool starts = true);
std::string number_pair(point where);

class tube {
public:
    // `rings` in rising order; the radius is linear between them.
    tube(const limb& bones, std::vector<ring> rings);

    point middle(double at) const;
    point side(double at, double side) const;
    double radius(double at) const;
    double angle(double at) const;  // degrees, 0 down, as a pose has it

    // A closed path between two positions and two sides; `round` ends it with half a circle at
    // `from`, at `to`, or both.
    enum class cap { none, start, end, both };
    std::string path(double from, double to, cap round = cap::none, double low = -1,
                     double high = 1) const;
    // An open path along one side.
    std::string edge(double from, double to, double side) const;

private:
    limb bones_;
    std::vector<ring> rings_;
};

}  // namespace medusa::sketch
