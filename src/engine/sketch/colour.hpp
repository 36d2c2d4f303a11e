// Arithmetic on colours written "#rrggbb". Pure functions: any thread.
// Errors: error(internal) for text that is no such colour (colours come from our own tables).
#pragma once

#include <string>
#include <string_view>

namespace medusa::sketch {

// `share` 0 gives `from`, 1 gives `to`; channels are mixed in sRGB, as SVG gradients do.
std::string mix(std::string_view from, std::string_view to, double share);

// 0 (black) to 1 (white): the weighted sum of the sRGB channels, good enough to choose a line.
double brightness(std::string_view colour);

}  // namespace medusa::sketch
