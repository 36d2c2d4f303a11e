#include "engine/sketch/skeleton.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace medusa::sketch {
namespace {

constexpr point neck_base = {470, 806};  // figure space: under the jaw of every head
constexpr double shoulder_drop = 44;     // from the neck, figure units
constexpr double sole = 52;              // ankle to ground for a foot of size 1

double radians(double degrees) {
    return degrees * std::numbers::pi / 180;
}

point along(point from, double degrees, double length) {
    return {from.x + std::sin(radians(degrees)) * length,
            from.y + std::cos(radians(degrees)) * length};
}

limb bend_limb(point root, const limb_pose& how, double upper, double lower) {
    limb made{root, {}, {}, how.lower};
    made.joint = along(root, how.upper, upper * how.upper_length);
    made.end = along(made.joint, how.lower, lower * how.lower_length);
    return made;
}

void reach_down(limb& leg, double ground) {
    const double share = (ground - leg.root.y) / (leg.end.y - leg.root.y);
    for (auto* p : {&leg.joint, &leg.end})
        *p = {leg.root.x + (p->x - leg.root.x) * share, leg.root.y + (p->y - leg.root.y) * share};
}

}  // namespace

point on_torso(const pose& stance, double x, double y) {
    const double lean = radians(stance.lean);
    return {neck_base.x + x * std::cos(lean) - y * std::sin(lean),
            neck_base.y + x * std::sin(lean) + y * std::cos(lean)};
}

proportions scaled(proportions build, const proportions& shape) {
    for (const auto& [name, field] : proportion_fields) build.*field *= shape.*field;
    return build;
}

skeleton bend(const proportions& build, const pose& stance) {
    skeleton made;
    made.neck = neck_base;
    made.pelvis = on_torso(stance, 0, build.torso);
    // The head looks to the right, so the right shoulder is the far one: nearer to the spine.
    const auto left_shoulder = on_torso(stance, -build.shoulder, shoulder_drop);
    const auto right_shoulder = on_torso(stance, build.shoulder * 0.92, shoulder_drop);
    const double joint = build.hip * 0.52;
    made.left_arm = bend_limb(left_shoulder, stance.left_arm, build.upper_arm, build.forearm);
    made.right_arm = bend_limb(right_shoulder, stance.right_arm, build.upper_arm, build.forearm);
    made.left_leg =
        bend_limb(on_torso(stance, -joint, build.torso), stance.left_leg, build.thigh, build.shin);
    made.right_leg =
        bend_limb(on_torso(stance, joint, build.torso), stance.right_leg, build.thigh, build.shin);
    // Both feet that stand stand on the ground: the shorter leg is stretched by what is missing.
    const double lowest = std::max(made.left_leg.end.y, made.right_leg.end.y);
    if (!stance.left_leg.lifted) reach_down(made.left_leg, lowest);
    if (!stance.right_leg.lifted) reach_down(made.right_leg, lowest);
    made.ground = std::max(made.left_leg.end.y, made.right_leg.end.y) + sole * build.foot;
    return made;
}

}  // namespace medusa::sketch
