// Hexadecimal colours as DiceBear treats them. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace medusa::sketch {

// "#rrggbb" or "#rrggbbaa" in lower case, from 3, 4, 6 or 8 digits with or without '#'.
// Throws error(invalid_argument) for anything else.
std::string normal_hex(std::string_view color);

// Highest contrast to `reference` first (WCAG 2.1 contrast ratio); equal ones keep their order.
// All colours in the form of normal_hex().
std::vector<std::string> sorted_by_contrast(std::vector<std::string> colors,
                                            std::string_view reference);

// Without those in `excluded` (alpha does not count), or unchanged when nothing would be left.
std::vector<std::string> without_colors(std::vector<std::string> colors,
                                        const std::vector<std::string>& excluded);

}  // namespace medusa::sketch
