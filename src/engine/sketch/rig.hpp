// What the artist knows: the tables of resources/sketch/*.json that say which words mean which
// colours, hair variants, faces, garments and places. An artist extends them without touching C++.
//
// Read once, immutable afterwards: any thread.
// Errors: error(internal) for a table that is not as it should be.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sketch/stance.hpp"

namespace medusa::sketch {

using words = std::vector<std::string>;
template <class Value>
using word_table = std::map<std::string, Value, std::less<>>;

// One hair variant of lorelei with the words that describe it.
struct hair_entry {
    std::string variant;
    std::string length;  // "short", "medium", "long", "bald"
    words styles;
    std::string gender;  // whom it suits: "female", "male", "elder", "any"
    bool bare = false;   // its hair is left out
};

// Where the figure stands in a square picture of 1024 units.
struct frame {
    double scale = 0.8;
    double base = 1035;  // figure units: what lies on the picture's lower edge
    double tilt = 0;     // degrees, clockwise
    double shift = 0;    // picture units to the right
    bool mirror = false;
    std::string fragment;  // of resources/sketch/finishes, behind the figure; may be empty
};

struct tone {
    std::string base;
    std::string light;  // empty: derived from base; so are the next two
    std::string dark;
    std::string line;
    words stops;  // of a gradient from top to bottom; empty: light, base, dark
};

struct role_entry {
    std::string garment;
    std::string colour;   // of the garment, a word of `cloth`; empty: the garment's own
    std::string setting;  // where nobody says otherwise
    words accessories;
    words female, male;   // further accessories
    words sometimes;      // worn by some, where the look says nothing of the hair it would hide
    std::string species;  // whose body the role has ("robot"); empty: the look's
};

struct species_entry {
    words parts;
    words male, female;            // further parts
    words skin, hair, eyes;        // colour words to choose from; empty: the natural ones
    std::string garment, setting;  // where neither the look nor a role says; may be empty
    std::string hair_length;       // where the look says nothing of hair
};

// A skin with the hair and eyes that go with it, where the look leaves them open.
struct complexion {
    std::string skin;
    double share = 1;  // how common, beside the others
    words hair, eyes;
};

struct expression {
    std::string eyes, brows, mouth;  // layers of face/eyes.svg, brows.svg and mouths.svg
    std::string trait;               // the mood drawn where this one is only a trait; empty: itself
    words signs;                     // parts: tears, sweat ...
    double blush = 0;                // 0 to 1
    double tilt = 0;                 // of a full figure's head: degrees
};

// How a style of pictures changes the drawing.
struct treatment {
    std::string head = "lorelei";  // of resources/sketch/heads: whose heads are drawn
    std::string ink;               // of outlines
    double stroke = 7;             // figure units, of the hair's outline
    double line = 1;               // how thick the other outlines are, beside what is drawn
    bool flat = false;             // no gradients in hair
    std::string tint;              // what all colours of the figure lean to
    double tint_share = 0;         // how far, 0 to 1
    int pixels = 0;                // draw on a grid of this many pixels; 0: no grid
    std::string fragment;  // a file of resources/sketch/finishes with layers behind and over
    std::string note;      // for the user
};

struct rig {
    std::vector<hair_entry> hair;
    word_table<double> hair_ends;    // figure units: how far down a length of hair reaches
    word_table<words> heads, noses;  // variants by gender
    word_table<frame> frames;        // by image type
    word_table<tone> hair_colours, eye_colours, skins, cloth;
    std::vector<complexion> complexions;
    word_table<role_entry> roles;
    words plain_garments, plain_settings;  // for who has no role
    words young_garments;                  // instead, for children and teens
    word_table<words> suggests;            // gender -> words that let one expect it
    words hatless_hair;                    // styles that no role puts a hat on
    word_table<std::string> aliases;       // accessory or mark -> part; "" where none is needed
    word_table<species_entry> species;
    word_table<expression> moods;
    word_table<treatment> treatments;
    word_table<std::string> usual_times;  // setting -> time of day where nobody says otherwise
    figure_tables figures;                // of full figures
};

// Tables that cannot be used are left empty and added to `faults`.
rig read_rig(const art_files& art, std::vector<art_fault>& faults);
// Throws the first fault.
rig load_rig(const art_files& art = embedded_art());

}  // namespace medusa::sketch
