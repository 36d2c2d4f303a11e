#include "engine/sketch/compose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "engine/sketch/colour.hpp"
#include "engine/sketch/figure.hpp"

namespace medusa::sketch {
namespace {

constexpr double unit = 1024;  // the square that scenes are drawn for

// The part of the plane that the picture shows.
struct view {
    double width, height;
    double cover;  // how much a scene is enlarged to fill it
};

view view_of(int width, int height) {
    const double smaller = std::min(width, height);
    const view shown{unit * width / smaller, unit * height / smaller, 0};
    return {shown.width, shown.height, std::max(shown.width, shown.height) / unit};
}

// Scenes fill the view from its lower edge and its middle.
std::string in_scene_space(const view& shown, const std::string& content) {
    if (content.empty()) return {};
    return fmt::format(R"~(<g transform="translate({} {}) scale({})">{}</g>)~",
                       svg_number((shown.width - unit * shown.cover) / 2),
                       svg_number(shown.height - unit * shown.cover), svg_number(shown.cover),
                       content);
}

std::string in_figure_space(const view& shown, const frame& placing, const std::string& content) {
    const double scale = placing.scale;
    const double x = shown.width / 2 - 495 * scale + placing.shift;
    const double y = shown.height - placing.base * scale;
    const auto tilt = placing.tilt == 0
                          ? std::string()
                          : fmt::format("rotate({} {} {}) ", svg_number(placing.tilt),
                                        svg_number(shown.width / 2), svg_number(shown.height));
    const auto across = placing.mirror
                            ? fmt::format("translate({} 0) scale(-1 1) ", svg_number(shown.width))
                            : std::string();
    return fmt::format(R"~(<g transform="{}{}translate({} {}) scale({})">{}</g>)~", across, tilt,
                       svg_number(x), svg_number(y), svg_number(scale), content);
}

// A full figure is as large as the picture has room for, hat and shoes included.
// Half of one runs out of the picture below.
frame fit(const view& shown, const extent& reach, const frame& wanted, bool half) {
    const double margin = 34 * shown.cover;  // finishes may draw a border, as wide as the scene
    const double below = half ? 0 : margin;
    frame made = wanted;
    made.scale = std::min((shown.height - margin - below) / (reach.bottom - reach.top),
                          (shown.width - 40) / (reach.right - reach.left));
    made.base = reach.bottom + below / made.scale;
    made.shift = (495 - (reach.left + reach.right) / 2) * made.scale;
    made.tilt = 0;
    return made;
}

// A soft light behind the head lets it stand out from any scene.
std::string halo(const view& shown, const frame& placing, const scene_light& light,
                 std::string& defs) {
    defs += fmt::format(
        R"~(<radialGradient id="halo"><stop offset="0" stop-color="{0}" stop-opacity="0.55"/>)~"
        R"~(<stop offset="0.6" stop-color="{0}" stop-opacity="0.22"/>)~"
        R"~(<stop offset="1" stop-color="{0}" stop-opacity="0"/></radialGradient>)~",
        light.colour);
    const double radius = 640 * placing.scale;
    return fmt::format(
        R"~(<circle cx="{}" cy="{}" r="{}" fill="url(#halo)"/>)~", svg_number(shown.width / 2),
        svg_number(shown.height - (placing.base - 460) * placing.scale), svg_number(radius));
}

// A full figure stands in such a light from head to foot.
std::string glow_behind(const view& shown, const frame& placing, const extent& reach) {
    return fmt::format(R"~(<ellipse cx="{}" cy="{}" rx="{}" ry="{}" fill="url(#halo)"/>)~",
                       svg_number(shown.width / 2),
                       svg_number(shown.height - (reach.bottom - reach.top) * 0.45 * placing.scale),
                       svg_number(700 * placing.scale),
                       svg_number((reach.bottom - reach.top) * 0.6 * placing.scale));
}

}  // namespace

std::string compose_svg(const wardrobe& pieces, const drawing& what, int width, int height) {
    const auto shown = view_of(width, height);
    const auto place = draw_scene(pieces.places, what.scene, what.time, what.sky, what.seed);
    auto figure = draw_figure(pieces, what, place.light);
    frame placing = what.placing;
    // Tall pictures have room for a larger figure.
    placing.scale *= std::clamp(shown.height / shown.width, 1.0, 1.06);
    if (what.full) placing = fit(shown, figure.reach, what.placing, what.full->half);

    std::string defs = place.defs + figure.defs;
    const slot_map light = {{"light", place.light.colour}, {"shade", place.light.shade}};
    const auto layer = [&](std::string_view file, std::string_view name) {
        const auto found = pieces.finishes.find(file);
        if (found == pieces.finishes.end()) return std::string();
        const auto prefix = fmt::format("{}-", file);
        return found->second.instantiate(name, light, prefix, what.seed);
    };
    const auto& style = what.finish.fragment;
    const auto& motion = placing.fragment;
    defs += layer(style, "defs") + layer(motion, "defs");

    const auto behind = place.background + layer(style, "behind") + layer(motion, "behind");
    const auto before = place.foreground + layer(style, "over");
    auto light_behind = halo(shown, placing, place.light, defs);
    if (what.full) light_behind = glow_behind(shown, placing, figure.reach);
    std::string body = in_scene_space(shown, behind) + light_behind +
                       in_figure_space(shown, placing, figure.body) + in_scene_space(shown, before);
    return fmt::format(
        R"~(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" height="{}" )~"
        R"~(fill="none"><defs>{}</defs>{}</svg>)~",
        svg_number(shown.width), svg_number(shown.height), width, height, defs, body);
}

}  // namespace medusa::sketch
