// Everything drawn that a figure can wear or stand in, parsed once: head parts, garments, finishes
// of a style, and the names of the scenes.
//
// Read once, immutable afterwards: any thread. Errors: error(internal) for a broken file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sketch/fragment.hpp"
#include "engine/sketch/head.hpp"
#include "engine/sketch/scene.hpp"

namespace medusa::sketch {

struct wardrobe {
    using pieces = std::map<std::string, fragment, std::less<>>;

    std::map<std::string, head_rig, std::less<>> heads;  // of resources/sketch/heads
    pieces parts;                                        // of resources/sketch/parts, by file name
    pieces garments;                                     // of resources/sketch/garments
    pieces limbs;     // of resources/sketch/figure: hands, shoes, props
    pieces finishes;  // of resources/sketch/finishes
    scenery places;
    std::vector<scene_info> scenes;
    // Word of the vocabulary -> file, as the files themselves say (m:words).
    std::map<std::string, std::string, std::less<>> garment_words, scene_words;

    // Of one group ("hat", "eyes" ...) a figure wears one part; empty: no such limit.
    std::string group_of(std::string_view part) const;
    // The file drawn for a garment or setting word ("lab-coat", "throne-room").
    std::optional<std::string> garment_for(std::string_view word) const;
    std::optional<std::string> scene_for(std::string_view word) const;
};

// "Lab coat" and "lab_coat" are the vocabulary's "lab-coat".
std::string as_word(std::string_view text);

// Files that cannot be used are left out and added to `faults`.
wardrobe read_wardrobe(const art_files& art, std::vector<art_fault>& faults);
// Throws the first fault.
wardrobe load_wardrobe(const art_files& art = embedded_art());

}  // namespace medusa::sketch
