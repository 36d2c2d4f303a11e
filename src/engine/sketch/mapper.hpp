// From a look to a drawing: words become variants, colours, parts, a garment and a place.
//
// What the look leaves open is decided from the character's seed alone, never from the picture's:
// the same look and character seed give the same person in every mood, setting and framing.
// Pure functions: any thread. Errors: error(internal) for a broken rig.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "engine/sketch/rig.hpp"
#include "engine/sketch/stance.hpp"
#include "engine/sketch/wardrobe.hpp"

namespace medusa::sketch {

// Everything that makes the person, with nothing of mood, place and framing in it.
struct person {
    std::string hair, head, nose;  // variants of lorelei
    bool bare = false;             // no hair is drawn
    double hair_end = 0;           // figure units: where its colour gradient ends
    bool lashes = false;
    bool bold = false;  // strong brows
    bool child = false;
    words hair_stops;        // top to bottom
    bool many_hued = false;  // dyed: its colours show in flat drawings too
    std::string hair_line;
    std::string skin, skin_shade;
    std::string iris, iris2;
    words parts;          // of the wardrobe, in drawing order
    std::string garment;  // of the wardrobe; empty: none is drawn
    slot_map cloth;       // the garment's colours that are not its own
    slot_map hat;         // the same of what is on the head
    std::string pattern;  // seed of what is scattered over the garment
    friend bool operator==(const person&, const person&) = default;
};

struct drawing {
    person who;
    expression face;
    std::string scene;  // empty: a plain backdrop
    time_of_day time = time_of_day::day;
    weather sky = weather::clear;
    frame placing;
    treatment finish;
    std::optional<stance> full;  // a whole figure; otherwise a bust
    std::string seed;            // of what is scattered in the scene
    std::vector<std::string> notes;
};

person plan_person(const rig& tables, const wardrobe& pieces, const look& appearance,
                   std::uint32_t character_seed, std::vector<std::string>& notes);

drawing plan_drawing(const rig& tables, const wardrobe& pieces, const picture_request& request);

}  // namespace medusa::sketch
