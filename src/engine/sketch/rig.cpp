#include "engine/sketch/rig.hpp"

#include "engine/sketch/table.hpp"

namespace medusa::sketch {
namespace {

void read_row(table_row& row, hair_entry& made) {
    take(row, "variant", made.variant);
    take(row, "length", made.length);
    take(row, "styles", made.styles);
    take(row, "gender", made.gender);
    take(row, "bare", made.bare);
}

void read_row(table_row& row, complexion& made) {
    take(row, "skin", made.skin);
    take(row, "share", made.share);
    take(row, "hair", made.hair);
    take(row, "eyes", made.eyes);
}

void read_row(table_row& row, frame& into) {
    take(row, "scale", into.scale);
    take(row, "base", into.base);
    take(row, "tilt", into.tilt);
    take(row, "shift", into.shift);
    take(row, "mirror", into.mirror);
    take(row, "fragment", into.fragment);
}

void read_row(table_row& row, tone& into) {
    take(row, "base", into.base);
    take(row, "light", into.light);
    take(row, "dark", into.dark);
    take(row, "line", into.line);
    take(row, "stops", into.stops);
}

void read_row(table_row& row, role_entry& into) {
    take(row, "garment", into.garment);
    take(row, "colours", into.colour);
    take(row, "setting", into.setting);
    take(row, "accessories", into.accessories);
    take(row, "female", into.female);
    take(row, "male", into.male);
    take(row, "sometimes", into.sometimes);
    take(row, "species", into.species);
}

void read_row(table_row& row, species_entry& into) {
    take(row, "parts", into.parts);
    take(row, "garment", into.garment);
    take(row, "setting", into.setting);
    take(row, "male", into.male);
    take(row, "female", into.female);
    take(row, "skin", into.skin);
    take(row, "hair", into.hair);
    take(row, "eyes", into.eyes);
    take(row, "hair_length", into.hair_length);
}

void read_row(table_row& row, expression& into) {
    take(row, "eyes", into.eyes);
    take(row, "brows", into.brows);
    take(row, "mouth", into.mouth);
    take(row, "trait", into.trait);
    take(row, "signs", into.signs);
    take(row, "blush", into.blush);
    take(row, "tilt", into.tilt);
}

void read_row(table_row& row, treatment& into) {
    take(row, "head", into.head);
    take(row, "ink", into.ink);
    take(row, "stroke", into.stroke);
    take(row, "line", into.line);
    take(row, "flat", into.flat);
    take(row, "tint", into.tint);
    take(row, "tint_share", into.tint_share);
    take(row, "pixels", into.pixels);
    take(row, "fragment", into.fragment);
    take(row, "note", into.note);
}

void read_figure(table_row& file, rig& into) {
    take_rows(file, "hair", into.hair, read_row);
    take_table(file, "hair_ends", into.hair_ends);
    take_table(file, "heads", into.heads);
    take_table(file, "noses", into.noses);
    take_rows(file, "frames", into.frames, read_row);
}

void read_colours(table_row& file, rig& into) {
    take_rows(file, "hair", into.hair_colours, read_row);
    take_rows(file, "eyes", into.eye_colours, read_row);
    take_rows(file, "skin", into.skins, read_row);
    take_rows(file, "cloth", into.cloth, read_row);
    take_rows(file, "complexions", into.complexions, read_row);
}

void read_roles(table_row& file, rig& into) {
    take_rows(file, "roles", into.roles, read_row);
    take_rows(file, "species", into.species, read_row);
    take_table(file, "aliases", into.aliases);
    take_table(file, "usual_times", into.usual_times);
    take(file, "plain_garments", into.plain_garments);
    take(file, "young_garments", into.young_garments);
    take_table(file, "suggests", into.suggests);
    take(file, "hatless_hair", into.hatless_hair);
    take(file, "plain_settings", into.plain_settings);
}

void read_moods(table_row& file, rig& into) {
    take_rows(file, "moods", into.moods, read_row);
}

void read_treatments(table_row& file, rig& into) {
    take_rows(file, "treatments", into.treatments, read_row);
}

constexpr std::pair<std::string_view, void (*)(table_row&, rig&)> files[] = {
    {"rig/lorelei.json", read_figure},    {"colors.json", read_colours},
    {"roles.json", read_roles},           {"moods.json", read_moods},
    {"treatments.json", read_treatments},
};

}  // namespace

rig read_rig(const art_files& art, std::vector<art_fault>& faults) {
    rig made;
    for (const auto& [name, read] : files)
        read_table(art, faults, name, [&](table_row& file) { read(file, made); });
    made.figures = read_figure_tables(art, faults);
    return made;
}

rig load_rig(const art_files& art) {
    std::vector<art_fault> faults;
    auto made = read_rig(art, faults);
    refuse_faults(faults);
    return made;
}

}  // namespace medusa::sketch
