// A rig of heads: the drawings of one DiceBear style and a table, resources/sketch/heads/NAME.json,
// that says where they go, which hair stands for which, and how parts are fitted to such a head.
//
// All rigs share figure space (980 x 980, y down) and the words of looks and moods; what they see
// is the same person. Immutable once read: any thread.
// Errors: error(internal) for a variant that the style does not have.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sketch/art.hpp"
#include "engine/sketch/dice.hpp"
#include "engine/sketch/fragment.hpp"

namespace medusa::sketch {

struct person;
struct treatment;

// How a rig draws one hair of the look's table. Empty fields: nothing of that kind.
struct hair_cut {
    std::string variant;             // of the style's component "hair"
    std::string rear;                // of its component "rearHair"
    std::vector<std::string> drawn;  // files of ours, resources/sketch/hair
    double top = 96;                 // figure units: its highest y
};

struct ellipse {
    double x = 0, y = 0, rx = 0, ry = 0;  // figure units
};

struct head_rig {
    dice_style style;
    double scale = 1;                                        // figure units of one unit of style
    std::map<std::string, std::string, std::less<>> places;  // component -> "x y", style's units
    std::string head;                                        // the only variant; empty: several
    std::map<std::string, std::string, std::less<>>
        joints;  // head -> strokes where lines break off
    std::map<std::string, std::string, std::less<>> skulls;   // head of the look -> path instead
    std::map<std::string, std::string, std::less<>> noses;    // nose of the look -> path over it
    std::map<std::string, hair_cut, std::less<>> hair;        // by variant of the look; empty: same
    std::map<std::string, fragment, std::less<>> hair_files;  // ours
    // Our own drawing of the features.
    fragment eyes, brows, mouths;
    std::map<std::string, fragment, std::less<>> parts;     // instead of those of the wardrobe
    std::map<std::string, std::string, std::less<>> fits;   // part, group or layer -> transform
    std::map<std::string, std::string, std::less<>> child;  // "eyes", "mouth", "nose": the same
    std::string neck, neck_shade;                           // paths below the head; may be empty
    std::string chin_shade;                                 // a path cut off at the skin's edge
    std::string jaw;              // path: what a full figure keeps of the head; empty: all
    std::string on_body;          // transform of the head on a full figure; may be empty
    double middle = 0;            // x that mirrored parts are mirrored about, figure units
    std::vector<ellipse> cheeks;  // where one blushes
    std::string attribution;      // owed to the style's artist, empty when none is
};

// Markup of one person's head, without colours where the figure gives them.
struct head_art {
    // Shapes to be filled and outlined, and to be cut to; what is drawn over them is finished.
    std::string back_hair, back_strands, front_hair, front_strands;
    std::string head, nose;  // finished
    std::string skin;        // shapes of all skin
    double top = 0;          // figure units: the highest y of the hair
};

// Tables that cannot be used are left out and added to `faults`.
std::map<std::string, head_rig, std::less<>> read_heads(const art_files& art,
                                                        std::vector<art_fault>& faults);

// `colours`: of the figure's slots. `finish`: how thick lines are.
head_art draw_head(const head_rig& rig, const person& who, const treatment& finish,
                   const slot_map& colours);

// What to transform a part by that was drawn for the first rig: by its name, its group or the
// layer; empty: it fits as it is.
std::string fit_of(const head_rig& rig, std::string_view part, std::string_view group,
                   std::string_view layer);

}  // namespace medusa::sketch
