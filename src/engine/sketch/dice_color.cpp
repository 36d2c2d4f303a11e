#include "engine/sketch/dice_color.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.hpp"

namespace medusa::sketch {
namespace {

constexpr std::size_t rgb_chars = 7;  // "#rrggbb"

bool same_rgb(std::string_view a, std::string_view b) {
    return a.substr(0, rgb_chars) == b.substr(0, rgb_chars);
}

// The reference holds 256 rounded values of this curve; pow() is within one unit in the last place
// of them, which changes no order of colours that differ.
double linear_channel(std::string_view hex) {
    int channel = 0;
    std::from_chars(hex.data(), hex.data() + hex.size(), channel, 16);
    const double s = channel / 255.0;
    return s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
}

// WCAG 2.1 relative luminance.
double luminance(std::string_view color) {
    return 0.2126 * linear_channel(color.substr(1, 2)) +
           0.7152 * linear_channel(color.substr(3, 2)) +
           0.0722 * linear_channel(color.substr(5, 2));
}

}  // namespace

std::string normal_hex(std::string_view color) {
    const auto digits = color.starts_with('#') ? color.substr(1) : color;
    const auto size = digits.size();
    const bool known_size = size == 3 || size == 4 || size == 6 || size == 8;
    if (!known_size || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
        throw error(errc::invalid_argument,
                    "not a hexadecimal colour: \"" + std::string(color) + "\"");
    std::string hex = "#";
    for (const char digit : digits) {
        const char lower = digit >= 'A' && digit <= 'F' ? static_cast<char>(digit + 32) : digit;
        hex.append(size <= 4 ? 2 : 1, lower);
    }
    return hex;
}

std::vector<std::string> sorted_by_contrast(std::vector<std::string> colors,
                                            std::string_view reference) {
    const double level = luminance(reference);
    const auto ratio = [&](const std::string& color) {
        const double other = luminance(color);
        return (std::max(other, level) + 0.05) / (std::min(other, level) + 0.05);
    };
    std::stable_sort(colors.begin(), colors.end(), [&](const std::string& a, const std::string& b) {
        return ratio(a) > ratio(b);
    });
    return colors;
}

std::vector<std::string> without_colors(std::vector<std::string> colors,
                                        const std::vector<std::string>& excluded) {
    std::vector<std::string> kept;
    for (const auto& color : colors)
        if (std::none_of(excluded.begin(), excluded.end(),
                         [&](const std::string& other) { return same_rgb(color, other); }))
            kept.push_back(color);
    return kept.empty() ? colors : kept;
}

}  // namespace medusa::sketch
