// What the drawn body shares: colours, bones, and how a shape gets its outline.
//
// One pen for one figure, owned by its painter: one thread. Nothing throws.
#pragma once

#include <string>
#include <vector>

#include "engine/sketch/skeleton.hpp"
#include "engine/sketch/stance.hpp"
#include "engine/sketch/wardrobe.hpp"

namespace medusa::sketch {

struct body_pen {
    const wardrobe& pieces;
    const stance& how;
    skeleton bones;
    slot_map slots;
    double side = 1;   // of the light: 1 right, -1 left
    double line = 10;  // figure units: width of outlines

    const limb_pose& arm_pose(bool left) const {
        return left ? how.posture.left_arm : how.posture.right_arm;
    }
    const limb& arm(bool left) const { return left ? bones.left_arm : bones.right_arm; }

    // Where the waist is, from the neck down: higher above a skirt than above trousers.
    double waist_line() const;
    // A slot's value, or the colour itself ("#rrggbb").
    std::string colour(const std::string& slot) const;
    // The shade tone of a colour.
    std::string dark(const std::string& of) const;

    static std::string path(const std::string& d, const std::string& fill);
    std::string inked(const std::string& d, const std::string& fill) const;
    static std::string stroke(const std::string& d, const std::string& paint, double width);
    // The outline of several shapes as one: ink below, colour above.
    std::string merged(const std::vector<std::string>& shapes, const std::string& fill) const;
    // A layer of figure/`file`.svg with its root at `at`; it points down before it is turned by
    // `angle` (0 down, 90 right). Empty when there is no such layer.
    std::string placed(std::string_view file, std::string_view layer, point at, double angle,
                       double scale, bool flip) const;
    // A smooth open path through points of the torso.
    std::string torso_path(const std::vector<point>& local) const;
};

}  // namespace medusa::sketch
