#include "engine/sketch/limbs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/sketch/dice.hpp"
#include "engine/sketch/tube.hpp"

namespace medusa::sketch {
namespace {

using cap = tube::cap;

constexpr double wrist = 1.86;  // positions where sleeves and trousers end
constexpr double ankle = 1.9;
constexpr double palm = 44;  // figure units from the wrist to what a hand of size 1 holds

tube arm_tube(const body_pen& pen, const limb& bones, double grow) {
    const double r = pen.how.build.arm_girth;
    return {bones,
            {{0, r + grow},
             {0.5, r * 0.94 + grow},
             {1, r * 0.8 + grow},
             {1.3, r * 0.82 + grow},
             {2, r * 0.6 + grow}}};
}

tube leg_tube(const body_pen& pen, const limb& bones, double grow) {
    const double r = pen.how.build.leg_girth;
    return {bones,
            {{0, r + grow},
             {0.5, r * 0.92 + grow},
             {1, r * 0.7 + grow},
             {1.35, r * 0.7 + grow},
             {2, r * 0.46 + grow}}};
}

// The outline of a joined arm goes on over the top of the shoulder.
std::string over_shoulder(const tube& shape, double outer) {
    const auto start = shape.side(0, outer);
    const auto centre = shape.middle(0);
    const point top = {centre.x - (start.y - centre.y) * outer,
                       centre.y + (start.x - centre.x) * outer};
    return fmt::format("M{0}A{1} {1} 0 0 {2} {3}", number_pair(start),
                       svg_number(std::round(shape.radius(0))), outer > 0 ? 1 : 0,
                       number_pair(top));
}

// A stretch of a limb in one cloth (or skin), with the shade on the side away from the light.
// `outer`: the side away from the torso. A `joined` limb runs into the torso without a line.
struct covering {
    double from = 0, to = 2;
    std::string fill;
    bool joined = false;
    double outer = 1;
};

std::string covered(const body_pen& pen, const tube& shape, const covering& how) {
    constexpr double joint_open = 0.34;
    const auto& ink = pen.slots.at("ink");
    const double open = how.joined ? joint_open : how.from;
    auto made = pen.stroke(shape.path(open, how.to), ink, 2 * pen.line);
    if (how.joined)
        made += pen.stroke(shape.edge(how.from, open, how.outer) + over_shoulder(shape, how.outer),
                           ink, 2 * pen.line);
    made +=
        pen.path(shape.path(how.from, how.to, how.from == 0 ? cap::start : cap::none), how.fill);
    // Sides swap where a limb points up.
    const bool upside_down = std::abs(shape.angle((how.from + how.to) / 2)) > 110;
    const double shaded = upside_down ? -pen.side : pen.side;
    const double low = shaded > 0 ? 0.3 : -1;
    const double high = shaded > 0 ? 1 : -0.3;
    return made + pen.path(shape.path(std::max(how.from, 0.1), how.to, cap::none, low, high),
                           pen.dark(how.fill));
}

// A round piece of armour on a joint.
std::string plate(const body_pen& pen, point at, double radius) {
    return fmt::format(
        R"~(<circle cx="{}" cy="{}" r="{}" fill="{}" stroke="{}" stroke-width="{}"/>)~",
        svg_number(at.x), svg_number(at.y), svg_number(radius), pen.colour(pen.how.clothes.plates),
        pen.slots.at("ink"), svg_number(pen.line));
}

std::string prop_in(const body_pen& pen, bool left) {
    const auto& bones = pen.arm(left);
    const auto& how = pen.arm_pose(left);
    const auto& stance = pen.how.posture;
    const double turned = (bones.angle + how.end) * std::numbers::pi / 180;
    const double reach = palm * pen.how.build.hand;
    const point at = {bones.end.x + std::sin(turned) * reach,
                      bones.end.y + std::cos(turned) * reach};
    if (stance.hand == (left ? "left" : "right") && !pen.how.prop.empty()) {
        // Props are drawn for the right hand.
        return pen.placed("props", pen.how.prop, at, -stance.prop_angle, 1, left);
    }
    if (!stance.effect.empty() && how.shape == "open")
        return pen.placed("props", stance.effect, at, 0, 1, false);
    return {};
}

// The hand comes out of a wide sleeve; its opening is seen.
std::string wide_sleeve(const body_pen& pen, bool left, bool joined) {
    const auto& bones = pen.arm(left);
    const auto& cut = pen.how.clothes;
    const auto fill = pen.colour(cut.sleeve_fill);
    const double r = pen.how.build.arm_girth;
    const tube sleeve(bones, {{0, r + 10}, {0.8, r + 12}, {2, r * 2.1}});
    auto made = covered(pen, sleeve, {0, wrist, fill, joined, left ? 1.0 : -1.0});
    if (!cut.cuff.empty()) made += pen.path(sleeve.path(wrist - 0.27, wrist), pen.colour(cut.cuff));
    made += fmt::format(R"~(<ellipse rx="{}" ry="22" fill="{}" stroke="{}" stroke-width="{}" )~"
                        R"~(transform="translate({}) rotate({})"/>)~",
                        svg_number(sleeve.radius(wrist)), pen.dark(pen.dark(fill)),
                        pen.slots.at("ink"), svg_number(pen.line),
                        number_pair(sleeve.middle(wrist)), svg_number(-sleeve.angle(wrist)));
    return made + pen.inked(arm_tube(pen, bones, 0).path(wrist - 0.02, 2), pen.slots.at("hand"));
}

std::string leg(const body_pen& pen, bool left) {
    const auto& bones = left ? pen.bones.left_leg : pen.bones.right_leg;
    const auto& how = left ? pen.how.posture.left_leg : pen.how.posture.right_leg;
    const auto& cut = pen.how.clothes;
    const auto& shoe = pen.slots.at("shoe");
    auto made = covered(pen, leg_tube(pen, bones, 0), {0, 2, pen.slots.at("skin")});
    made += pen.placed("shoes", cut.shoe, bones.end, -how.end, pen.how.build.foot, false);
    if (cut.legs != "skin")
        made += covered(pen, leg_tube(pen, bones, 8), {0, ankle, pen.colour(cut.legs)});
    if (cut.shoe == "boots" || cut.shoe == "greaves")
        made += covered(pen, leg_tube(pen, bones, 13), {1.28, 2, shoe}) +
                pen.inked(leg_tube(pen, bones, 19).path(1.24, 1.36), shoe);
    if (!cut.plates.empty()) made += plate(pen, bones.joint, pen.how.build.leg_girth * 0.8);
    return made;
}

std::string seat_of_trousers(const body_pen& pen) {
    const auto& b = pen.how.build;
    const auto& ink = pen.slots.at("ink");
    const auto& legs = pen.how.clothes.legs;
    const double waist = pen.waist_line();
    auto made = pen.path(pen.torso_path({{-b.waist, waist},
                                         {-b.hip, b.torso * 0.95},
                                         {-b.hip * 0.9, b.torso * 1.12},
                                         {0, b.torso * 1.2},
                                         {b.hip * 0.9, b.torso * 1.12},
                                         {b.hip, b.torso * 0.95},
                                         {b.waist, waist}}) +
                             "Z",
                         pen.colour(legs == "skin" ? "main" : legs));
    for (const double side : {-1, 1})
        made +=
            pen.stroke(pen.torso_path({{side * b.waist, waist}, {side * b.hip, b.torso * 0.98}}),
                       ink, pen.line);
    return made + pen.stroke(pen.torso_path({{0, b.torso * 1.2}, {4, b.torso * 1.08}}), ink,
                             pen.line * 0.8);
}

}  // namespace

bool raised(const body_pen& pen, bool left) {
    constexpr double away = 45;  // degrees
    return std::abs(pen.arm_pose(left).upper) > away;
}

std::string draw_hand(const body_pen& pen, bool left) {
    const auto& how = pen.arm_pose(left);
    const auto& holding = pen.how.posture.hand;
    const bool empty =
        pen.how.prop.empty() || (holding != "both" && holding != (left ? "left" : "right"));
    const bool plain = how.shape.empty() || (how.shape == "hold" && empty);
    const auto& bones = pen.arm(left);
    return pen.placed("hands", plain ? "relaxed" : how.shape, bones.end, bones.angle + how.end,
                      pen.how.build.hand, !left);
}

std::string draw_arm(const body_pen& pen, bool left) {
    constexpr double short_sleeve = 0.62;
    const auto& bones = pen.arm(left);
    const auto& cut = pen.how.clothes;
    const bool joined = !pen.arm_pose(left).behind && !raised(pen, left);
    const double outer = left ? 1 : -1;
    auto made = prop_in(pen, left);
    if (cut.sleeve == "wide") return made + wide_sleeve(pen, left, joined) + draw_hand(pen, left);

    const double reach = cut.sleeve == "long" ? wrist : cut.sleeve == "short" ? short_sleeve : 0;
    if (reach < wrist || !cut.gloves.empty())
        made += covered(pen, arm_tube(pen, bones, 0),
                        {0, 1.98, pen.slots.at("hand"), joined && reach == 0, outer});
    made += draw_hand(pen, left);
    if (reach > 0) {
        const bool is_short = reach < wrist;
        made += covered(pen, arm_tube(pen, bones, is_short ? 14 : 9),
                        {0, reach, pen.colour(cut.sleeve_fill), joined, outer});
        if (!cut.cuff.empty())
            made +=
                pen.inked(arm_tube(pen, bones, is_short ? 17 : 15).path(reach - 0.17, reach + 0.02),
                          pen.colour(cut.cuff));
    }
    if (!cut.plates.empty()) made += plate(pen, bones.joint, pen.how.build.arm_girth * 1.05);
    return made;
}

std::string draw_legs(const body_pen& pen) {
    const auto& stance = pen.how.posture;
    const bool right_first = stance.right_leg.behind || !stance.left_leg.behind;
    auto made = leg(pen, !right_first) + leg(pen, right_first);
    const auto& skirt = pen.how.clothes.skirt;
    return skirt == "none" || skirt == "short" ? made + seat_of_trousers(pen) : made;
}

}  // namespace medusa::sketch
