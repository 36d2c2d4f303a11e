#include "engine/sketch/stance.hpp"

#include <fmt/format.h>

#include "engine/sketch/table.hpp"

namespace medusa::sketch {
namespace {

void read_row(table_row& row, proportions& into) {
    for (const auto& [name, field] : proportion_fields) take(row, name, into.*field);
}

void read_row(table_row& row, cut& into) {
    take(row, "sleeve", into.sleeve);
    take(row, "sleeve_fill", into.sleeve_fill);
    take(row, "cuff", into.cuff);
    take(row, "top", into.top);
    take(row, "skirt", into.skirt);
    take(row, "skirt_fill", into.skirt_fill);
    take(row, "hem", into.hem);
    take(row, "tails", into.tails);
    take(row, "legs", into.legs);
    take(row, "belt", into.belt);
    take(row, "buckle", into.buckle);
    take(row, "shoe", into.shoe);
    take(row, "shoe_fill", into.shoe_fill);
    take(row, "gloves", into.gloves);
    take(row, "plates", into.plates);
    take(row, "apron", into.apron);
}

limb_pose limb_of(table_row row) {
    limb_pose made;
    take(row, "upper", made.upper);
    take(row, "lower", made.lower);
    take(row, "upper_length", made.upper_length);
    take(row, "lower_length", made.lower_length);
    take(row, "end", made.end);
    take(row, "behind", made.behind);
    take(row, "lifted", made.lifted);
    take(row, "shape", made.shape);
    row.refuse_unknown();
    return made;
}

pose pose_of(table_row& row) {
    pose made;
    take(row, "lean", made.lean);
    take(row, "head", made.head);
    take(row, "hand", made.hand);
    take(row, "prop", made.prop);
    take(row, "prop_angle", made.prop_angle);
    take(row, "seat", made.seat);
    take(row, "effect", made.effect);
    made.left_arm = limb_of(row.row("left_arm"));
    made.right_arm = limb_of(row.row("right_arm"));
    made.left_leg = limb_of(row.row("left_leg"));
    made.right_leg = limb_of(row.row("right_leg"));
    return made;
}

void read_figure(table_row& file, figure_tables& into) {
    take_rows(file, "builds", into.builds, read_row);
    // A shape changes only what it names.
    proportions unchanged;
    for (const auto& [name, field] : proportion_fields) unchanged.*field = 1;
    for (const auto& shape : file.row("shapes").fields()) into.shapes[shape.key()] = unchanged;
    take_rows(file, "shapes", into.shapes, read_row);
    take_rows(file, "cuts", into.cuts, read_row);
    take_table(file, "role_poses", into.role_poses);
    take_table(file, "role_props", into.role_props);
    take_table(file, "tails", into.tails);
    take_table(file, "seats", into.seats);
    take_table(file, "framing_words", into.framing_words);
    take_table(file, "usual_framings", into.usual_framings);
    take(file, "half_body_poses", into.half_body_poses);
    take(file, "variation_poses", into.variation_poses);
    take(file, "variation_moods", into.variation_moods);
    take_table(file, "held", into.prop_of_part);
    take_table(file, "pose_words", into.pose_words);
}

}  // namespace

figure_tables read_figure_tables(const art_files& art, std::vector<art_fault>& faults) {
    figure_tables made;
    read_table(art, faults, "figure/figure.json",
               [&](table_row& file) { read_figure(file, made); });
    for (const auto& name : art_names(art, "poses/", ".json"))
        read_table(art, faults, fmt::format("poses/{}.json", name),
                   [&](table_row& file) { made.poses.emplace(name, pose_of(file)); });
    return made;
}

}  // namespace medusa::sketch
