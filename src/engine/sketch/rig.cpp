#include "engine/sketch/rig.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "core/error.hpp"
#include "core/resources.hpp"

namespace medusa::sketch {
namespace json = boost::json;
namespace {

json::object read(std::string_view name) {
    try {
        return json::parse(resource(name)).as_object();
    } catch (const std::exception& problem) {
        throw error(errc::internal, fmt::format("{}: {}", name, problem.what()));
    }
}

// Fields that a table leaves out keep their defaults.
void take(const json::object& from, std::string_view name, std::string& into) {
    if (const auto* found = from.if_contains(name)) into = json::value_to<std::string>(*found);
}
void take(const json::object& from, std::string_view name, words& into) {
    if (const auto* found = from.if_contains(name)) into = json::value_to<words>(*found);
}
void take(const json::object& from, std::string_view name, double& into) {
    if (const auto* found = from.if_contains(name)) into = found->to_number<double>();
}
void take(const json::object& from, std::string_view name, int& into) {
    if (const auto* found = from.if_contains(name)) into = found->to_number<int>();
}
void take(const json::object& from, std::string_view name, bool& into) {
    if (const auto* found = from.if_contains(name)) into = found->as_bool();
}

hair_entry hair_of(const json::object& row) {
    hair_entry made;
    take(row, "variant", made.variant);
    take(row, "length", made.length);
    take(row, "styles", made.styles);
    take(row, "gender", made.gender);
    take(row, "bare", made.bare);
    return made;
}

complexion complexion_of(const json::object& row) {
    complexion made;
    take(row, "skin", made.skin);
    take(row, "share", made.share);
    take(row, "hair", made.hair);
    take(row, "eyes", made.eyes);
    return made;
}

void read_row(const json::object& row, frame& into) {
    take(row, "scale", into.scale);
    take(row, "base", into.base);
    take(row, "tilt", into.tilt);
    take(row, "shift", into.shift);
    take(row, "mirror", into.mirror);
    take(row, "fragment", into.fragment);
}

void read_row(const json::object& row, tone& into) {
    take(row, "base", into.base);
    take(row, "light", into.light);
    take(row, "dark", into.dark);
    take(row, "line", into.line);
    take(row, "stops", into.stops);
}

void read_row(const json::object& row, role_entry& into) {
    take(row, "garment", into.garment);
    take(row, "colours", into.colour);
    take(row, "setting", into.setting);
    take(row, "accessories", into.accessories);
    take(row, "female", into.female);
    take(row, "male", into.male);
    take(row, "sometimes", into.sometimes);
    take(row, "species", into.species);
}

void read_row(const json::object& row, species_entry& into) {
    take(row, "parts", into.parts);
    take(row, "garment", into.garment);
    take(row, "setting", into.setting);
    take(row, "male", into.male);
    take(row, "skin", into.skin);
    take(row, "hair", into.hair);
    take(row, "eyes", into.eyes);
    take(row, "hair_length", into.hair_length);
}

void read_row(const json::object& row, expression& into) {
    take(row, "eyes", into.eyes);
    take(row, "brows", into.brows);
    take(row, "mouth", into.mouth);
    take(row, "trait", into.trait);
    take(row, "signs", into.signs);
    take(row, "blush", into.blush);
    take(row, "tilt", into.tilt);
}

void read_row(const json::object& row, treatment& into) {
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

template <class Row>
word_table<Row> table(const json::object& from, std::string_view name) {
    word_table<Row> made;
    for (const auto& [word, row] : from.at(name).as_object())
        if constexpr (std::is_same_v<Row, words> || std::is_same_v<Row, std::string> ||
                      std::is_same_v<Row, double>)
            made.emplace(word, json::value_to<Row>(row));
        else
            read_row(row.as_object(), made[word]);
    return made;
}

void read_figure(rig& into) {
    const auto figure = read("sketch/rig/lorelei.json");
    for (const auto& row : figure.at("hair").as_array())
        into.hair.push_back(hair_of(row.as_object()));
    into.hair_ends = table<double>(figure, "hair_ends");
    into.heads = table<words>(figure, "heads");
    into.noses = table<words>(figure, "noses");
    into.frames = table<frame>(figure, "frames");
}

void read_colours(rig& into) {
    const auto colours = read("sketch/colors.json");
    into.hair_colours = table<tone>(colours, "hair");
    into.eye_colours = table<tone>(colours, "eyes");
    into.skins = table<tone>(colours, "skin");
    into.cloth = table<tone>(colours, "cloth");
    for (const auto& row : colours.at("complexions").as_array())
        into.complexions.push_back(complexion_of(row.as_object()));
}

}  // namespace

rig load_rig() {
    rig made;
    try {
        read_figure(made);
        read_colours(made);
        const auto roles = read("sketch/roles.json");
        made.roles = table<role_entry>(roles, "roles");
        made.species = table<species_entry>(roles, "species");
        made.aliases = table<std::string>(roles, "aliases");
        made.usual_times = table<std::string>(roles, "usual_times");
        take(roles, "plain_garments", made.plain_garments);
        take(roles, "young_garments", made.young_garments);
        made.suggests = table<words>(roles, "suggests");
        take(roles, "hatless_hair", made.hatless_hair);
        take(roles, "plain_settings", made.plain_settings);
        made.moods = table<expression>(read("sketch/moods.json"), "moods");
        made.treatments = table<treatment>(read("sketch/treatments.json"), "treatments");
    } catch (const std::exception& problem) {
        throw error(errc::internal, fmt::format("sketch: a table is broken: {}", problem.what()));
    }
    made.figures = load_figure_tables();
    return made;
}

}  // namespace medusa::sketch
