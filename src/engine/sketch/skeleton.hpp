// The bones of a full figure: lengths, a pose as angles, and where the joints come to lie.
//
// Figure space (see figure.hpp): the head is where the bust has it, the body hangs below the neck.
// Angles in degrees: 0 points down, 90 to the right, -90 to the left, 180 up; "left" and "right"
// are sides of the picture. Pure functions over values: any thread; nothing throws.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace medusa::sketch {

struct point {
    double x = 0;
    double y = 0;
};

// Lengths and half widths in figure units, beside a head of 575.
struct proportions {
    double shoulder = 0, chest = 0, waist = 0, hip = 0;  // half widths of the torso
    double torso = 0;                                    // neck to hip joints
    double upper_arm = 0, forearm = 0, thigh = 0, shin = 0;
    double arm_girth = 0, leg_girth = 0;  // radius at shoulder and hip
    double hand = 1, foot = 1;            // size of the drawn hand and shoe
};

// Each length of `build` times that of `shape`: 1 leaves it as it is.
proportions scaled(proportions build, const proportions& shape);

// The fields of proportions with their names in tables.
struct proportion_field {
    std::string_view name;
    double proportions::*field;
};
inline constexpr std::array<proportion_field, 13> proportion_fields{{
    {"shoulder", &proportions::shoulder},
    {"chest", &proportions::chest},
    {"waist", &proportions::waist},
    {"hip", &proportions::hip},
    {"torso", &proportions::torso},
    {"upper_arm", &proportions::upper_arm},
    {"forearm", &proportions::forearm},
    {"thigh", &proportions::thigh},
    {"shin", &proportions::shin},
    {"arm_girth", &proportions::arm_girth},
    {"leg_girth", &proportions::leg_girth},
    {"hand", &proportions::hand},
    {"foot", &proportions::foot},
}};

struct limb_pose {
    double upper = 0, lower = 0;                // angles of the two bones
    double upper_length = 1, lower_length = 1;  // below 1: it points to us or away from us
    double end = 0;                             // angle of hand (to the forearm) or foot (to level)
    bool behind = false;                        // drawn behind the torso
    bool lifted = false;                        // a foot that does not stand
    std::string shape;                          // of a hand: a layer of figure/hands.svg
};

struct pose {
    double lean = 0;  // of the torso, clockwise
    double head = 0;  // tilt, clockwise
    limb_pose left_arm, right_arm, left_leg, right_leg;
    std::string hand;       // "left", "right", "both": what holds the prop; empty: none is held
    std::string prop;       // a layer of figure/props.svg where the person has nothing of its own
    double prop_angle = 0;  // clockwise
    std::string seat;       // a layer of figure/props.svg to sit on; may be empty
    std::string effect;     // a layer of figure/props.svg on the free hand; may be empty
};

struct limb {
    point root, joint, end;
    double angle = 0;  // of the lower bone
};

struct skeleton {
    point neck, pelvis;
    limb left_arm, right_arm, left_leg, right_leg;
    double ground = 0;  // y of the soles
};

// A point of the torso: `x` to the right of the spine and `y` down from the neck, leaning with it.
point on_torso(const pose& stance, double x, double y);

skeleton bend(const proportions& build, const pose& stance);

}  // namespace medusa::sketch
