#include "engine/sketch/body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/sketch/body_pen.hpp"
#include "engine/sketch/cloth.hpp"
#include "engine/sketch/dice.hpp"
#include "engine/sketch/limbs.hpp"
#include "engine/sketch/tube.hpp"

namespace medusa::sketch {
namespace {

// The bust's art on the small torso: the point of its collar, and how much smaller it is drawn.
constexpr point bust_collar = {497, 838};
constexpr double bust_width = 0.44;
constexpr double bust_length = 292;  // of it, to the waist
constexpr double outline = 10;       // figure units, where a style does not say otherwise
constexpr double wing_size = 0.9;
constexpr double tail_end = -40;  // figure units: how far to the left tails reach

class body_painter {
public:
    body_painter(const wardrobe& pieces, const stance& how, const fragment* garment,
                 const slot_map& colours, const scene_light& light)
        : cut_(how.clothes),
          garment_(garment),
          pen_{pieces,
               how,
               bend(how.build, how.posture),
               colours,
               light.side > 0 ? 1.0 : -1.0,
               outline * how.line} {
        art_.reach = {pen_.bones.neck.x, pen_.bones.neck.y, pen_.bones.neck.x, pen_.bones.neck.y};
        const auto hand = pen_.colour(cut_.gloves.empty() ? "skin" : cut_.gloves);
        pen_.slots["hand"] = hand;
        pen_.slots["hand_shade"] = cut_.gloves.empty() ? pen_.slots.at("shade") : pen_.dark(hand);
        pen_.slots["leg"] = pen_.colour(cut_.legs == "skin" ? "skin" : cut_.legs);
        pen_.slots["shoe"] = pen_.colour(cut_.shoe_fill);
        pen_.slots["shoe_dark"] = pen_.dark(pen_.slots["shoe"]);
    }

    body_art paint(const torso_parts& worn) {
        if (const auto props = pen_.pieces.limbs.find("props"); props != pen_.pieces.limbs.end())
            art_.defs += props->second.instantiate("defs", props->second.palette(), "props-");
        auto& behind = art_.behind;
        behind += shadow() + seat();
        if (pen_.how.cape) behind += draw_cape(pen_);
        behind += on_shoulder_blades(worn.wings) + fitted(worn.collar);
        if (!pen_.how.tail.empty())
            behind += pen_.placed("tails", pen_.how.tail,
                                  on_torso(pen_.how.posture, -20, pen_.how.build.torso * 0.94), 0,
                                  1, false);
        if (garment_ != nullptr) behind += bust("back");
        if (cut_.tails != "none") behind += draw_tails_behind(pen_);

        auto& body = art_.body;
        for (const bool left : {true, false})
            if (pen_.arm_pose(left).behind) body += draw_arm(pen_, left);
        body += draw_legs(pen_);
        if (cut_.skirt != "none") body += draw_skirt(pen_);
        body += torso();
        if (cut_.tails != "none") body += draw_tails_before(pen_);
        body += draw_apron(pen_) + belt();
        if (garment_ != nullptr) body += bust_over();
        body += fitted(worn.neck);
        const bool arms_up = raised(pen_, true) || raised(pen_, false);
        if (garment_ != nullptr && arms_up) body += bust("shoulders");
        for (const bool left : {false, true})
            if (!pen_.arm_pose(left).behind) body += draw_arm(pen_, left);
        body += held_by_both();
        if (pen_.how.mantle && !arms_up) body += draw_cape_front(pen_);
        if (garment_ != nullptr && !arms_up) body += shoulder_pieces() + bust("shoulders");
        measure();
        return std::move(art_);
    }

private:
    // The hands are in the picture, with room below them; of the legs it shows the beginning.
    void measure_half() {
        constexpr double below_hips = 90, below_hand = 130;  // figure units
        const double lowest = std::max(pen_.bones.left_arm.end.y, pen_.bones.right_arm.end.y);
        const double hips = pen_.bones.pelvis.y + below_hips;
        const double room = pen_.how.build.thigh * 0.75;
        art_.reach = {120, 600, 860, std::clamp(lowest + below_hand, hips, hips + room)};
        for (const auto* bones : {&pen_.bones.left_arm, &pen_.bones.right_arm})
            for (const auto& p : {bones->joint, bones->end}) {
                art_.reach.left = std::min(art_.reach.left, p.x - 110);
                art_.reach.right = std::max(art_.reach.right, p.x + 110);
                art_.reach.top = std::min(art_.reach.top, p.y - 150);
            }
    }
    void measure() {
        if (pen_.how.half) return measure_half();
        const extent head = {40, 600, 940, pen_.bones.ground};
        art_.reach = {std::min(art_.reach.left, head.left), head.top,
                      std::max(art_.reach.right, head.right), head.bottom};
        for (const auto* bones : {&pen_.bones.left_arm, &pen_.bones.right_arm, &pen_.bones.left_leg,
                                  &pen_.bones.right_leg})
            for (const auto& p : {bones->joint, bones->end}) {
                art_.reach.left = std::min(art_.reach.left, p.x - 150);
                art_.reach.right = std::max(art_.reach.right, p.x + 150);
                art_.reach.top = std::min(art_.reach.top, p.y - 150);
            }
        if (pen_.how.cape)
            art_.reach.left = std::min(art_.reach.left, pen_.bones.neck.x - pen_.how.build.hip * 3 -
                                                            cape_trail(pen_.how.posture));
        if (!pen_.how.tail.empty()) art_.reach.left = std::min(art_.reach.left, tail_end);
        include_prop();
    }
    // A staff or a sword reaches further than the hand that holds it.
    void include_prop() {
        const auto& posture = pen_.how.posture;
        const auto props = pen_.pieces.limbs.find("props");
        if (props == pen_.pieces.limbs.end() || pen_.how.prop.empty() || posture.hand == "both")
            return;
        const double turned = posture.prop_angle * std::numbers::pi / 180;
        const auto grip = pen_.arm(posture.hand == "left").end;
        for (const auto* name : {"top", "foot"}) {
            const auto said = props->second.number(fmt::format("{}-{}", pen_.how.prop, name));
            if (posture.hand.empty() || !said) continue;
            const double along = *said;
            const point tip = {grip.x - std::sin(turned) * along,
                               grip.y + std::cos(turned) * along};
            art_.reach.left = std::min(art_.reach.left, tip.x - 50);
            art_.reach.right = std::max(art_.reach.right, tip.x + 50);
            art_.reach.top = std::min(art_.reach.top, tip.y - 50);
            art_.reach.bottom = std::max(art_.reach.bottom, tip.y);
        }
    }
    std::string shadow() const {
        const double left = std::min(pen_.bones.left_leg.end.x, pen_.bones.right_leg.end.x) - 120;
        const double right = std::max(pen_.bones.left_leg.end.x, pen_.bones.right_leg.end.x) + 170;
        return fmt::format(
            R"~(<ellipse cx="{}" cy="{}" rx="{}" ry="46" fill="#140c20" fill-opacity="0.32"/>)~",
            svg_number((left + right) / 2), svg_number(pen_.bones.ground - 8),
            svg_number((right - left) / 2));
    }

    // Art of the bust's space on the torso.
    std::string fitted(const std::string& content) const {
        if (content.empty()) return {};
        const auto at = pen_.bones.neck;
        return fmt::format(
            R"~(<g transform="translate({}) rotate({}) scale({} {}) translate({} {})">{}</g>)~",
            number_pair(at), svg_number(pen_.how.posture.lean), svg_number(bust_width),
            svg_number(pen_.waist_line() / bust_length), svg_number(-bust_collar.x),
            svg_number(-bust_collar.y), content);
    }
    // Epaulettes and pauldrons; what the bust shows of the arms below them is not wanted.
    std::string shoulder_pieces() {
        art_.defs += R"~(<clipPath id="shoulders"><path d="M-500 0H1500V1084H-500Z"/></clipPath>)~";
        return fitted(R"~(<g clip-path="url(#shoulders)">)~" +
                      garment_->instantiate("front", pen_.slots, "garment-") + "</g>");
    }
    // Wings keep more of their size than collars and scarves do.
    std::string on_shoulder_blades(const std::string& content) {
        if (content.empty()) return {};
        art_.reach = {-190, 0, 1100, 0};
        return fmt::format(
            R"~(<g transform="translate({}) rotate({}) scale({}) translate(-490 -930)">{}</g>)~",
            number_pair(on_torso(pen_.how.posture, 0, 150)), svg_number(pen_.how.posture.lean),
            svg_number(wing_size), content);
    }
    std::string bust(std::string_view layer) const {
        return fitted(garment_->instantiate(layer, pen_.slots, "garment-"));
    }

    // --- torso -------------------------------------------------------------------------------

    std::string trunk() const {
        const auto& b = pen_.how.build;
        const double low = b.torso * cut_.top;
        const double wide =
            std::lerp(b.waist, b.hip, std::clamp((cut_.top - 0.58) * 2.6, 0.0, 1.0));
        return pen_.torso_path({{-b.chest * 0.36, -16},
                                {-b.shoulder * 0.94, 18},
                                {-b.chest, 92},
                                {-b.waist, pen_.waist_line() - 8},
                                {-wide, low},
                                {0, low + 16},
                                {wide, low},
                                {b.waist, pen_.waist_line() - 8},
                                {b.chest * 0.97, 92},
                                {b.shoulder * 0.86, 18},
                                {b.chest * 0.36, -16}}) +
               "Z";
    }

    std::string torso() {
        std::string made = neck();
        const auto fill = pen_.colour("main");
        made += pen_.inked(trunk(), fill);
        art_.defs += fmt::format(R"~(<clipPath id="trunk"><path d="{}"/></clipPath>)~", trunk());
        const auto& b = pen_.how.build;
        made += fmt::format(R"~(<g clip-path="url(#trunk)">{}</g>)~",
                            pen_.path(pen_.torso_path({{-pen_.side * b.chest * 0.45, 60},
                                                       {-pen_.side * b.waist * 0.4, b.torso * 0.6},
                                                       {-pen_.side * b.hip * 0.5, b.torso * 1.1},
                                                       {-pen_.side * b.hip * 1.4, b.torso * 1.1},
                                                       {-pen_.side * b.shoulder * 1.2, 40}}) +
                                          "Z",
                                      pen_.dark(fill)));
        return made;
    }
    std::string neck() const {
        const double w = pen_.how.build.chest * 0.46;
        return pen_.inked(pen_.torso_path({{-w, -130},
                                           {-w * 1.02, -40},
                                           {-w * 1.7, 20},
                                           {-w, 90},
                                           {0, 110},
                                           {w, 90},
                                           {w * 1.7, 20},
                                           {w * 1.02, -40},
                                           {w, -130}}) +
                              "Z",
                          pen_.slots.at("skin")) +
               pen_.path(pen_.torso_path({{-w * 0.92, -130},
                                          {-w * 0.92, -40},
                                          {0, -6},
                                          {w * 0.94, -46},
                                          {w * 0.92, -130}}) +
                             "Z",
                         pen_.slots.at("shade"));
    }
    // The bust's own collar and chest.
    std::string bust_over() {
        return fmt::format(R"~(<g clip-path="url(#trunk)">{}</g>)~", bust("body")) +
               pen_.stroke(trunk(), pen_.slots.at("ink"), pen_.line);
    }
    std::string belt() const {
        if (cut_.belt.empty()) return {};
        const auto& b = pen_.how.build;
        const double y = pen_.waist_line();
        const double w = b.waist * 1.06;
        auto made = pen_.inked(pen_.torso_path({{-w, y - 16}, {0, y - 4}, {w, y - 16}}) +
                                   pen_.torso_path({{w + 2, y + 18}, {0, y + 30}, {-w - 2, y + 18}})
                                       .replace(0, 1, "L") +
                                   "Z",
                               pen_.colour(cut_.belt));
        if (!cut_.buckle.empty()) {
            const auto at = on_torso(pen_.how.posture, 8, y + 12);
            made += fmt::format(R"~(<rect x="{}" y="{}" width="44" height="40" rx="8" fill="{}" )~"
                                R"~(stroke="{}" stroke-width="8"/>)~",
                                svg_number(at.x - 22), svg_number(at.y - 20),
                                pen_.colour(cut_.buckle), pen_.slots.at("ink"));
        }
        return made;
    }

    std::string held_by_both() const {
        if (pen_.how.posture.hand != "both" || pen_.how.prop.empty()) return {};
        constexpr double open_book = 1.25;  // larger than life: it must be seen between two hands
        const auto& a = pen_.bones.left_arm.end;
        const auto& b = pen_.bones.right_arm.end;
        return pen_.placed("props", pen_.how.prop, {(a.x + b.x) / 2, (a.y + b.y) / 2 - 26},
                           -pen_.how.posture.prop_angle, open_book, false) +
               draw_hand(pen_, true) + draw_hand(pen_, false);
    }

    // As high as the hips are above the ground; a throne reaches up and a bench to the sides.
    std::string seat() {
        constexpr double drawn_height = 330;  // of a seat in props.svg
        const auto& seat = pen_.how.posture.seat;
        const auto props = pen_.pieces.limbs.find("props");
        if (seat.empty() || props == pen_.pieces.limbs.end()) return {};
        const point at = {pen_.bones.pelvis.x + 30, pen_.bones.ground - 10};
        const double scale =
            (pen_.bones.ground - pen_.bones.pelvis.y - pen_.how.build.leg_girth * 0.7) /
            drawn_height;
        if (const auto wide = props->second.number(seat + "-wide")) {
            art_.reach.left = std::min(art_.reach.left, at.x - *wide * scale);
            art_.reach.right = std::max(art_.reach.right, at.x + *wide * scale);
        }
        return pen_.placed("props", seat, at, 0, scale, false);
    }

    const cut& cut_;
    const fragment* garment_;  // may be null
    body_pen pen_;
    body_art art_;
};

}  // namespace

body_art draw_body(const wardrobe& pieces, const stance& how, const fragment* garment,
                   const slot_map& colours, const scene_light& light, const torso_parts& worn) {
    return body_painter(pieces, how, garment, colours, light).paint(worn);
}

}  // namespace medusa::sketch
