#include "engine/sketch/colour.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/error.hpp"

namespace medusa::sketch {
namespace {

std::array<int, 3> channels(std::string_view colour) {
    unsigned value = 0;
    const char* end = colour.data() + colour.size();
    const bool shaped = colour.size() == 7 && colour.front() == '#';
    if (!shaped || std::from_chars(colour.data() + 1, end, value, 16).ptr != end)
        throw error(errc::internal, fmt::format("drawing: '{}' is no colour", colour));
    return {static_cast<int>(value >> 16), static_cast<int>(value >> 8 & 0xff),
            static_cast<int>(value & 0xff)};
}

}  // namespace

std::string mix(std::string_view from, std::string_view to, double share) {
    const auto a = channels(from);
    const auto b = channels(to);
    const auto blend = [&](std::size_t i) {
        return static_cast<int>(std::lround(a[i] + (b[i] - a[i]) * std::clamp(share, 0.0, 1.0)));
    };
    return fmt::format("#{:02x}{:02x}{:02x}", blend(0), blend(1), blend(2));
}

double brightness(std::string_view colour) {
    const auto [red, green, blue] = channels(colour);
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}

}  // namespace medusa::sketch
