#include "engine/sketch/body_pen.hpp"

#include <fmt/format.h>

#include "engine/sketch/colour.hpp"
#include "engine/sketch/dice.hpp"
#include "engine/sketch/tube.hpp"

namespace medusa::sketch {

double body_pen::waist_line() const {
    const bool gown = how.clothes.skirt != "none" || how.clothes.tails != "none";
    return how.build.torso * (gown ? 0.58 : 0.67);
}

std::string body_pen::colour(const std::string& slot) const {
    const auto found = slots.find(slot);
    return found == slots.end() ? slot : found->second;
}

std::string body_pen::dark(const std::string& of) const {
    if (of == slots.at("skin")) return slots.at("shade");
    if (of == slots.at("main")) return slots.at("main_dark");
    return mix(of, "#1c1230", 0.34);
}

std::string body_pen::path(const std::string& d, const std::string& fill) {
    return fmt::format(R"~(<path d="{}" fill="{}"/>)~", d, fill);
}

std::string body_pen::inked(const std::string& d, const std::string& fill) const {
    return fmt::format(
        R"~(<path d="{}" fill="{}" stroke="{}" stroke-width="{}" stroke-linejoin="round"/>)~", d,
        fill, slots.at("ink"), svg_number(line));
}

std::string body_pen::stroke(const std::string& d, const std::string& paint, double width) {
    return fmt::format(
        R"~(<path d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-linecap="round" )~"
        R"~(stroke-linejoin="round"/>)~",
        d, paint, svg_number(width));
}

std::string body_pen::merged(const std::vector<std::string>& shapes,
                             const std::string& fill) const {
    std::string below, above;
    for (const auto& d : shapes) {
        below += fmt::format(R"~(<path d="{}"/>)~", d);
        above += fmt::format(R"~(<path d="{}"/>)~", d);
    }
    return fmt::format(
        R"~(<g fill="{0}" stroke="{0}" stroke-width="{1}" stroke-linejoin="round">{2}</g>)~"
        R"~(<g fill="{3}">{4}</g>)~",
        slots.at("ink"), svg_number(2 * line), below, fill, above);
}

std::string body_pen::torso_path(const std::vector<point>& local) const {
    std::vector<point> placed;
    for (const auto& p : local) placed.push_back(on_torso(how.posture, p.x, p.y));
    return curve_through(placed);
}

std::string body_pen::placed(std::string_view file, std::string_view layer, point at, double angle,
                             double scale, bool flip) const {
    const auto found = pieces.limbs.find(file);
    if (found == pieces.limbs.end() || !found->second.has_layer(layer)) return {};
    auto own = slots;
    for (const auto& [slot, value] : found->second.palette()) own.emplace(slot, value);
    return fmt::format(R"~(<g transform="translate({}) rotate({}) scale({} {})">{}</g>)~",
                       number_pair(at), svg_number(-angle), svg_number(flip ? -scale : scale),
                       svg_number(scale),
                       found->second.instantiate(layer, own, fmt::format("{}-", file)));
}

}  // namespace medusa::sketch
