// The backgrounds of sketch: resources/sketch/scenes/*.svg, drawn for a time of day, a weather and
// a seed, in the picture's space of 1024 x 1024 units.
//
// Loaded once, immutable afterwards: any thread. Throws error(invalid_argument) for a scene that
// does not exist and error(internal) for a broken file.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sketch/art.hpp"
#include "engine/sketch/fragment.hpp"

namespace medusa::sketch {

enum class time_of_day { day, dusk, night };
enum class weather { clear, rain, snow, fog };

// How the scene lights a figure that stands in it.
struct scene_light {
    std::string colour;  // of the light that falls on the figure, "#rrggbb"
    std::string rim;     // of the edge away from the viewer
    std::string shade;   // of the side in shadow
    double side;         // where it comes from: -1 from the left, 0 from behind, 1 from the right
    double strength;     // 0 (neutral) to 1 (colours the whole figure)
};

struct scene_art {
    std::string defs;        // gradients and clip paths of both fragments
    std::string background;  // SVG elements, to be drawn first
    std::string foreground;  // SVG elements in front of the figure; may be empty
    scene_light light;
};

struct scene_info {
    std::string name;                // of the file, without .svg
    std::vector<std::string> words;  // what a description may call this place
    bool indoor;                     // weather stays outside
};

struct scenery {
    std::map<std::string, fragment, std::less<>> places, skies;  // by file name
};

// Files that cannot be used are left out and added to `faults`.
scenery load_scenery(const art_files& art, std::vector<art_fault>& faults);

// All scenes, sorted by name.
std::vector<scene_info> scene_list(const scenery& from);

// Every id starts with "scene-" or "weather-". The same arguments give the same bytes.
scene_art draw_scene(const scenery& from, std::string_view name, time_of_day time, weather sky,
                     std::string_view seed);

}  // namespace medusa::sketch
