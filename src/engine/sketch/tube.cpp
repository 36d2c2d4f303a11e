#include "engine/sketch/tube.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/sketch/dice.hpp"

namespace medusa::sketch {
namespace {

constexpr double softness = 0.34;  // share of each bone that the joint rounds off
constexpr double spacing = 0.17;   // positions between samples

point mix_points(point a, point b, double share) {
    return {a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share};
}

// Tenths of a unit are a twentieth of a pixel.
std::string tenth(double value) {
    return svg_number(std::round(value * 10) / 10);
}

std::vector<double> samples(double from, double to) {
    const int steps = std::max(2, static_cast<int>(std::ceil((to - from) / spacing)));
    std::vector<double> made;
    for (int i = 0; i <= steps; ++i) made.push_back(from + (to - from) * i / steps);
    return made;
}

}  // namespace

std::string number_pair(point where) {
    return tenth(where.x) + " " + tenth(where.y);
}

std::string curve_through(const std::vector<point>& points, bool starts) {
    std::string made = (starts ? "M" : "L") + number_pair(points.front());
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        const auto& a = points[i];
        const auto& b = points[i + 1];
        const auto& before = i == 0 ? a : points[i - 1];
        const auto& after = i + 2 < points.size() ? points[i + 2] : b;
        made += "C" + number_pair({a.x + (b.x - before.x) / 6, a.y + (b.y - before.y) / 6}) + " " +
                number_pair({b.x - (after.x - a.x) / 6, b.y - (after.y - a.y) / 6}) + " " +
                number_pair(b);
    }
    return made;
}

tube::tube(const limb& bones, std::vector<ring> rings) : bones_(bones), rings_(std::move(rings)) {}

point tube::middle(double at) const {
    if (at <= 1 - softness) return mix_points(bones_.root, bones_.joint, at);
    if (at >= 1 + softness) return mix_points(bones_.joint, bones_.end, at - 1);
    const auto in = mix_points(bones_.root, bones_.joint, 1 - softness);
    const auto out = mix_points(bones_.joint, bones_.end, softness);
    const double share = (at - 1 + softness) / (2 * softness);
    return mix_points(mix_points(in, bones_.joint, share), mix_points(bones_.joint, out, share),
                      share);
}

double tube::angle(double at) const {
    const auto a = middle(at - 0.02);
    const auto b = middle(at + 0.02);
    return std::atan2(b.x - a.x, b.y - a.y) * 180 / std::numbers::pi;
}

double tube::radius(double at) const {
    for (std::size_t i = 1; i < rings_.size(); ++i) {
        const auto& low = rings_[i - 1];
        const auto& high = rings_[i];
        if (at > high.at && i + 1 < rings_.size()) continue;
        const double share = (at - low.at) / (high.at - low.at);
        return std::lerp(low.radius, high.radius, std::clamp(share, 0.0, 1.0));
    }
    return rings_.front().radius;
}

point tube::side(double at, double side) const {
    const double turned = angle(at) * std::numbers::pi / 180;
    const auto centre = middle(at);
    const double reach = radius(at) * side;
    return {centre.x - std::cos(turned) * reach, centre.y + std::sin(turned) * reach};
}

std::string tube::path(double from, double to, cap round, double low, double high) const {
    std::vector<point> there, back;
    for (const double at : samples(from, to)) {
        there.push_back(side(at, low));
        back.insert(back.begin(), side(at, high));
    }
    const auto half_circle = [&](double at, point target) {
        const auto r = tenth(radius(at));
        return fmt::format("A{0} {0} 0 0 1 {1}", r, number_pair(target));
    };
    std::string made = curve_through(there);
    if (round == cap::end || round == cap::both) made += half_circle(to, back.front());
    made += curve_through(back, false);
    if (round == cap::start || round == cap::both) made += half_circle(from, there.front());
    return made + "Z";
}

std::string tube::edge(double from, double to, double side) const {
    std::vector<point> points;
    for (const double at : samples(from, to)) points.push_back(this->side(at, side));
    return curve_through(points);
}

}  // namespace medusa::sketch
