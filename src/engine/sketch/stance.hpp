// What artists say about full figures: resources/sketch/figure/*.json and poses/*.json, and which
// pose, build and cut a picture takes from them.
//
// Read once as a part of the rig, immutable afterwards: any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sketch/art.hpp"
#include "engine/sketch/skeleton.hpp"

namespace medusa::sketch {

// How a garment goes on below the bust. Colours are slots of the garment ("main") or "#rrggbb".
struct cut {
    std::string sleeve = "long";  // "none", "short", "long" or "wide"
    std::string sleeve_fill = "main";
    std::string cuff;            // empty: none
    double top = 1;              // how far the top reaches: 1 is the hip joints
    std::string skirt = "none";  // "none", "short", "knee" or "long"
    std::string skirt_fill = "main";
    std::string hem;              // empty: none
    std::string tails = "none";   // of a coat: "none", "knee" or "long"
    std::string legs = "second";  // trousers; "skin": bare
    std::string belt, buckle;
    std::string shoe = "shoes";  // a layer of figure/shoes.svg
    std::string shoe_fill = "main_dark";
    std::string gloves;  // empty: bare hands
    std::string plates;  // colour of knee and elbow pieces; empty: none
    std::string apron;   // colour of what hangs before the legs; empty: none
};

struct figure_tables {
    std::map<std::string, proportions, std::less<>> builds;  // by style; "" for every other
    // Factors on a build, by "male", "child" and the words for builds.
    std::map<std::string, proportions, std::less<>> shapes;
    std::map<std::string, pose, std::less<>> poses;
    std::map<std::string, cut, std::less<>> cuts;  // by garment file, "robe" or "robe/male"
    std::map<std::string, std::string, std::less<>> role_poses;  // for action
    std::map<std::string, std::string, std::less<>> role_props;  // where no part says one
    // What one sits on, by role (indoors), by scene, "indoors" and "outdoors": a layer of
    // props.svg.
    std::map<std::string, std::string, std::less<>> seats;
    std::map<std::string, std::string, std::less<>> tails;  // of species: a layer of tails.svg
    std::map<std::string, std::string, std::less<>> prop_of_part;   // part -> layer of props.svg
    std::map<std::string, std::string, std::less<>> pose_words;     // "dance" -> "dancing"
    std::map<std::string, std::string, std::less<>> framing_words;  // "waist up" -> "half-body"
    // By type of picture: how it is framed where no words say so; empty: as the type is called.
    std::map<std::string, std::string, std::less<>> usual_framings;
    std::vector<std::string> half_body_poses;  // that show without the legs
    // Of variations for which no other is asked.
    std::vector<std::string> variation_poses, variation_moods;
};

struct stance {
    std::string name;  // of the pose
    pose posture;
    proportions build;
    cut clothes;
    std::string prop;        // a layer of figure/props.svg; empty: none
    std::string tail;        // a layer of figure/tails.svg; empty: none
    bool long_hair = false;  // it falls down the back, below the shoulders
    double line = 1;         // how thick outlines are, as in treatment
    bool cape = false;
    bool half = false;    // the picture ends below the hips
    bool mantle = false;  // cloth over the shoulders, of a cape or a hood
};

// Tables and poses that cannot be used are left out and added to `faults`.
figure_tables read_figure_tables(const art_files& art, std::vector<art_fault>& faults);

}  // namespace medusa::sketch
