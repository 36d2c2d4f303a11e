#include "engine/sketch/cloth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/sketch/dice.hpp"
#include "engine/sketch/tube.hpp"

namespace medusa::sketch {
namespace {

using cap = tube::cap;

struct flare {
    double reach;     // position on the legs of the hem
    double hip, hem;  // radius around a leg
};

std::vector<std::string> skirt_shapes(const body_pen& pen, const flare& how) {
    const auto& b = pen.how.build;
    const std::vector<ring> rings = {{0, how.hip}, {how.reach, how.hem}, {2, how.hem}};
    const tube left(pen.bones.left_leg, rings);
    const tube right(pen.bones.right_leg, rings);
    const double y = pen.waist_line();
    const auto waist_left = on_torso(pen.how.posture, -b.waist * 1.02, y);
    const auto waist_right = on_torso(pen.how.posture, b.waist * 1.02, y);
    const bool crossed = right.middle(how.reach).x < left.middle(how.reach).x;
    const auto& first = crossed ? right : left;
    const auto& last = crossed ? left : right;
    const auto hem_left = first.side(how.reach, 1);
    const auto hem_right = last.side(how.reach, -1);
    const auto inner_left = first.side(how.reach, -0.6);
    const auto inner_right = last.side(how.reach, 0.6);
    const point low = {(inner_left.x + inner_right.x) / 2,
                       std::max(inner_left.y, inner_right.y) + 12};
    const auto hip_left = on_torso(pen.how.posture, -b.hip * 1.14, b.torso * 0.98);
    const auto hip_right = on_torso(pen.how.posture, b.hip * 1.14, b.torso * 0.98);
    // Legs that stand close have no room for cloth between them.
    const auto hem = inner_left.x + 60 < inner_right.x
                         ? curve_through({hem_left, inner_left, low, inner_right, hem_right}, false)
                         : curve_through({hem_left, low, hem_right}, false);
    const auto hull = curve_through({waist_left, hip_left, hem_left}) + hem +
                      curve_through({hem_right, hip_right, waist_right}, false) + "Z";
    return {hull, left.path(0.3, how.reach, cap::start), right.path(0.3, how.reach, cap::start)};
}

flare skirt_flare(const body_pen& pen) {
    const double r = pen.how.build.leg_girth;
    if (pen.how.clothes.skirt == "long") return {1.84, r * 0.8, r * 1.75};
    if (pen.how.clothes.skirt == "knee") return {1.02, r * 0.85, r * 1.6};
    return {0.52, r, r * 1.5};
}

// Folds run from the waist to the hem; the ones away from the light are broad.
std::string folds(const body_pen& pen, const flare& how) {
    const auto& b = pen.how.build;
    const auto shade = pen.dark(pen.colour(pen.how.clothes.skirt_fill));
    const std::vector<ring> rings = {{0, how.hip}, {how.reach, how.hem}, {2, how.hem}};
    std::string made;
    for (const bool left : {true, false}) {
        const tube leg(left ? pen.bones.left_leg : pen.bones.right_leg, rings);
        for (const double across : {-0.62, 0.1, 0.66}) {
            const double wide = across * pen.side > 0 ? 0.3 : 0.1;
            const auto top = on_torso(pen.how.posture, -across * b.waist * 0.5 + (left ? -30 : 30),
                                      b.torso * 0.8);
            const double to = how.reach - (pen.how.clothes.hem.empty() ? 0.02 : 0.11);
            made += pen.path(
                curve_through({top, leg.side(to * 0.55, across), leg.side(to, across - wide / 2)}) +
                    curve_through({leg.side(to, across + wide / 2),
                                   leg.side(to * 0.55, across + wide * 0.3), top},
                                  false) +
                    "Z",
                shade);
        }
    }
    return made;
}

}  // namespace

std::string draw_skirt(const body_pen& pen) {
    const auto how = skirt_flare(pen);
    const auto fill = pen.colour(pen.how.clothes.skirt_fill);
    std::string made =
        pen.merged(skirt_shapes(pen, how),
                   pen.how.clothes.hem.empty() ? fill : pen.colour(pen.how.clothes.hem));
    if (!pen.how.clothes.hem.empty()) {
        auto upper = how;
        upper.reach -= 0.09;
        for (const auto& d : skirt_shapes(pen, upper)) made += pen.path(d, fill);
    }
    return made + folds(pen, how);
}

std::string draw_apron(const body_pen& pen) {
    constexpr double reach = 0.86;
    const auto& cut = pen.how.clothes;
    if (cut.apron.empty()) return {};
    const auto& b = pen.how.build;
    const double r = b.leg_girth * (cut.skirt == "none" ? 1.1 : 1.3);
    const tube left(pen.bones.left_leg, {{0, r}, {2, r}});
    const tube right(pen.bones.right_leg, {{0, r}, {2, r}});
    const bool crossed = right.middle(reach).x < left.middle(reach).x;
    const auto hem_left = (crossed ? right : left).side(reach, 0.7);
    const auto hem_right = (crossed ? left : right).side(reach, -0.7);
    const point low = {(hem_left.x + hem_right.x) / 2, std::max(hem_left.y, hem_right.y) + 26};
    const auto waist = [&](double side) {
        return on_torso(pen.how.posture, side * b.waist * 0.8, pen.waist_line());
    };
    const auto hip = [&](double side) {
        return on_torso(pen.how.posture, side * b.hip * 0.86, b.torso);
    };
    const auto fill = pen.colour(cut.apron);
    const auto shaded = pen.side > 0 ? hem_left : hem_right;
    return pen.inked(curve_through({waist(-1), hip(-1), hem_left}) +
                         curve_through({hem_left, low, hem_right}, false) +
                         curve_through({hem_right, hip(1), waist(1)}, false) + "Z",
                     fill) +
           pen.stroke(curve_through({hip(-pen.side * 0.6),
                                     {shaded.x * 0.7 + low.x * 0.3, shaded.y * 0.8 + low.y * 0.2}}),
                      pen.dark(fill), 12);
}

std::string draw_tails_behind(const body_pen& pen) {
    const double r = pen.how.build.leg_girth;
    const flare how = {pen.how.clothes.tails == "long" ? 1.6 : 1.0, r * 1.25, r * 1.9};
    return pen.merged({skirt_shapes(pen, how).front()}, pen.dark(pen.colour("main")));
}

// The fronts of the coat hang over the outer half of each leg.
std::string draw_tails_before(const body_pen& pen) {
    const auto& b = pen.how.build;
    const double r = b.leg_girth;
    const double reach = pen.how.clothes.tails == "long" ? 1.56 : 0.98;
    std::string made;
    for (const bool left : {false, true}) {
        const double out = left ? 1 : -1;
        const tube leg(left ? pen.bones.left_leg : pen.bones.right_leg,
                       {{0, r * 1.2}, {reach, r * 1.8}, {2, r * 1.8}});
        const double y = pen.waist_line();
        const auto top_in = on_torso(pen.how.posture, -out * b.waist * 0.3, y);
        const auto top_out = on_torso(pen.how.posture, -out * b.waist * 1.02, y);
        const auto hip = on_torso(pen.how.posture, -out * b.hip * 1.1, b.torso);
        const auto panel =
            curve_through({top_out, hip, leg.side(reach * 0.6, out), leg.side(reach, out)}) +
            curve_through({leg.side(reach, out), leg.side(reach + 0.03, out * 0.5),
                           leg.side(reach, -out * 0.05)},
                          false) +
            curve_through({leg.side(reach, -out * 0.05), leg.side(reach * 0.5, out * 0.1), top_in},
                          false) +
            "Z";
        made += pen.inked(panel, pen.colour("main"));
        if (out * pen.side > 0)
            made += pen.path(
                curve_through({leg.side(0.1, out * 0.8), leg.side(reach, out * 0.62)}) +
                    curve_through(
                        {leg.side(reach - 0.02, out * 0.96), leg.side(reach * 0.5, out * 0.95)},
                        false) +
                    "Z",
                pen.dark(pen.colour("main")));
        if (!pen.how.clothes.hem.empty())
            made += pen.stroke(curve_through({leg.side(reach - 0.04, -out * 0.02),
                                              leg.side(reach * 0.5, out * 0.14), top_in}),
                               pen.colour(pen.how.clothes.hem), 9);
    }
    return made;
}

double cape_trail(const pose& stance) {
    constexpr double per_degree = 24;
    return stance.lean * per_degree;
}

std::string draw_cape(const body_pen& pen) {
    const auto& b = pen.how.build;
    const double away = -cape_trail(pen.how.posture);
    const auto at = pen.bones.neck;
    const double low = pen.bones.ground - 120 - std::abs(pen.how.posture.lean) * 16;
    const double middle = (at.y + low) / 2;
    const double wide = b.hip * 1.2;
    const auto lining = pen.inked(curve_through({{at.x - b.shoulder * 0.8, at.y + 6},
                                                 {at.x - wide * 1.7 + away * 0.4, middle},
                                                 {at.x - wide * 2.5 + away, low - 20},
                                                 {at.x - wide * 1.5 + away, low + 34},
                                                 {at.x - wide * 0.5 + away, low + 14},
                                                 {at.x + wide * 0.6 + away, low + 40},
                                                 {at.x + wide * 1.5 + away * 0.8, low + 12},
                                                 {at.x + wide * 2.3 + away * 0.6, low - 30},
                                                 {at.x + wide * 1.6, middle},
                                                 {at.x + b.shoulder * 0.75, at.y + 6}}) +
                                      "Z",
                                  pen.slots.at("cape_dark"));
    std::string folds;
    for (const double side : {-1.0, 1.0})
        folds += pen.path(curve_through({{at.x + side * b.shoulder * 0.9, at.y + 120},
                                         {at.x + side * wide * 1.5 + away * 0.4, middle},
                                         {at.x + side * wide * 2.05 + away, low - 4}}) +
                              curve_through({{at.x + side * wide * 2.4 + away, low - 24},
                                             {at.x + side * wide * 1.64 + away * 0.4, middle}},
                                            false) +
                              "Z",
                          pen.slots.at("cape"));
    return lining + folds;
}

std::string draw_cape_front(const body_pen& pen) {
    std::string made;
    const double out = pen.how.build.shoulder;
    for (const double side : {-1.0, 1.0}) {
        made += pen.inked(pen.torso_path({{side * 40, -20},
                                          {side * out * 0.9, -8},
                                          {side * out * 1.5, 62},
                                          {side * out * 1.52, 150},
                                          {side * out * 1.16, 118},
                                          {side * out * 0.66, 70},
                                          {side * 22, 42}}) +
                              "Z",
                          pen.slots.at("cape"));
        const auto clasp = on_torso(pen.how.posture, side * out * 0.42, 34);
        made += fmt::format(
            R"~(<circle cx="{}" cy="{}" r="17" fill="{}" stroke="{}" stroke-width="8"/>)~",
            svg_number(clasp.x), svg_number(clasp.y), pen.colour("#e0b04a"), pen.slots.at("ink"));
    }
    return made;
}

std::string draw_falling_hair(const pose& stance, const std::string& line, double width) {
    return fmt::format(
        R"~(<path transform="rotate({} 470 800)" fill="url(#hair-back)" stroke="{}" )~"
        R"~(stroke-width="{}" stroke-linejoin="round" d="M330 560C268 680 236 840 250 1000)~"
        R"~(C258 1090 282 1160 318 1220C326 1180 336 1150 346 1124C358 1190 380 1240 416 1274)~"
        R"~(C426 1226 434 1190 442 1156C456 1206 484 1250 524 1268C530 1220 536 1174 546 1132)~"
        R"~(C560 1164 584 1190 616 1200C664 1090 692 960 680 820C674 720 660 640 630 560Z"/>)~",
        svg_number(stance.lean * 1.3), line, svg_number(width));
}

}  // namespace medusa::sketch
