#include "engine/sketch/scene.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <pugixml.hpp>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "engine/sketch/wardrobe.hpp"

namespace medusa::sketch {
namespace {

constexpr std::array times = {time_of_day::day, time_of_day::dusk, time_of_day::night};
constexpr std::array skies = {weather::clear, weather::rain, weather::snow, weather::fog};

const scenery& places() {
    static const auto loaded = load_wardrobe().places;
    return loaded;
}

scene_art drawn_scene(std::string_view name, time_of_day time, weather sky, std::string_view seed) {
    return draw_scene(places(), name, time, sky, seed);
}

// The files hold a handful of shapes; what a picture costs is the number of shapes stamped.
constexpr std::size_t max_shapes = 2500;

void collect(const pugi::xml_node& node, std::multiset<std::string>& ids, std::size_t& shapes) {
    if (const auto id = node.attribute("id")) ids.insert(id.value());
    ++shapes;
    for (const auto& child : node.children()) collect(child, ids, shapes);
}

// Asserts what librsvg needs of a drawing: one well-formed piece with distinct ids and no slot
// left.
void expect_sound(const std::string& svg, std::string_view prefix) {
    pugi::xml_document tree;
    ASSERT_TRUE(tree.load_string(("<svg>" + svg + "</svg>").c_str()));
    std::multiset<std::string> ids;
    std::size_t shapes = 0;
    collect(tree, ids, shapes);
    EXPECT_LT(shapes, max_shapes);
    for (const auto& id : ids) {
        EXPECT_EQ(ids.count(id), 1U) << id;
        EXPECT_TRUE(id.starts_with(prefix)) << id;
    }
    EXPECT_EQ(svg.find('$'), std::string::npos);
    EXPECT_EQ(svg.find("m:"), std::string::npos);
    EXPECT_EQ(svg.find(" opacity="), std::string::npos);
}

std::string all_of(const scene_art& art) {
    return fmt::format("<defs>{}</defs>{}{}", art.defs, art.background, art.foreground);
}

bool is_colour(const std::string& value) {
    return value.size() == 7 && value.front() == '#';
}

class scene : public testing::TestWithParam<std::string> {};

TEST_P(scene, is_sound_at_every_time) {
    for (const auto time : times) {
        const auto art = drawn_scene(GetParam(), time, weather::clear, "seed");
        expect_sound(all_of(art), "scene-");
        EXPECT_FALSE(art.background.empty());
        EXPECT_TRUE(is_colour(art.light.colour) && is_colour(art.light.rim) &&
                    is_colour(art.light.shade));
        EXPECT_LE(std::abs(art.light.side), 1);
        EXPECT_GT(art.light.strength, 0);
        EXPECT_LE(art.light.strength, 0.5);
    }
}

TEST_P(scene, differs_between_the_times_in_colour_and_light) {
    std::set<std::string> drawings;
    std::set<std::string> lights;
    for (const auto time : times) {
        const auto art = drawn_scene(GetParam(), time, weather::clear, "seed");
        drawings.insert(art.defs);
        lights.insert(art.light.colour);
    }
    EXPECT_EQ(drawings.size(), times.size());
    EXPECT_EQ(lights.size(), times.size());
}

TEST_P(scene, gives_the_same_bytes_for_the_same_seed_only) {
    const auto once = all_of(drawn_scene(GetParam(), times[0], weather::clear, "one"));
    EXPECT_EQ(once, all_of(drawn_scene(GetParam(), times[0], weather::clear, "one")));
    EXPECT_NE(once, all_of(drawn_scene(GetParam(), times[0], weather::clear, "two")));
}

TEST_P(scene, is_found_by_words_of_its_own) {
    const auto words = places().places.at(GetParam()).attribute("words");
    EXPECT_GE(split(words.value_or(""), ',').size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(drawn, scene,
                         testing::ValuesIn(art_names(embedded_art(), "scenes/", ".svg")),
                         [](const auto& row) { return row.param; });

TEST(weather, is_sound_over_a_scene_at_every_time) {
    for (const auto time : times)
        for (const auto sky : skies)
            expect_sound(all_of(drawn_scene("meadow", time, sky, "s")), "");
}

TEST(weather, falls_outside_and_stays_out_of_houses) {
    for (const auto& info : scene_list(places())) {
        const auto dry = all_of(drawn_scene(info.name, times[0], weather::clear, "s"));
        const auto wet = all_of(drawn_scene(info.name, times[0], weather::rain, "s"));
        EXPECT_EQ(wet == dry, info.indoor) << info.name;
    }
}

TEST(scenes, refuse_an_unknown_name) {
    EXPECT_THROW(drawn_scene("nowhere", times[0], weather::clear, ""), error);
    EXPECT_THROW(drawn_scene("../secrets", times[0], weather::clear, ""), error);
}

const wardrobe::pieces& garments() {
    static const auto loaded = load_wardrobe().garments;
    return loaded;
}

class garment : public testing::TestWithParam<std::string> {};

// What the composer fills for a figure; all other slots need a default in the file.
const slot_map figure = {
    {"skin", "#f5d6bd"}, {"skin_dark", "#d9a98c"}, {"ink", "#17131f"}, {"glow", "#35e0ff"}};

TEST_P(garment, is_sound_and_covers_the_shoulders) {
    const auto& piece = garments().at(GetParam());
    std::string whole;
    for (const auto& layer : piece.layers()) whole += piece.instantiate(layer, figure, "garment-");
    expect_sound(whole, "garment-");
}

TEST_P(garment, takes_the_colours_of_the_character) {
    const auto& piece = garments().at(GetParam());
    auto slots = figure;
    const auto before =
        piece.instantiate("defs", slots, "g-") + piece.instantiate("body", slots, "g-");
    slots["main"] = "#0a0b0c";
    slots["ink"] = "#010203";
    const auto after =
        piece.instantiate("defs", slots, "g-") + piece.instantiate("body", slots, "g-");
    EXPECT_EQ(before.find("#0a0b0c"), std::string::npos);
    EXPECT_NE(after.find("#0a0b0c"), std::string::npos);
    EXPECT_NE(after.find("#010203"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(drawn, garment,
                         testing::ValuesIn(art_names(embedded_art(), "garments/", ".svg")));

}  // namespace
}  // namespace medusa::sketch
