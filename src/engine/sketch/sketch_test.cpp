#include "engine/sketch/sketch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <pugixml.hpp>
#include <set>

#include "card/png.hpp"
#include "core/error.hpp"
#include "engine/sketch/compose.hpp"
#include "support/sketch_art.hpp"

namespace medusa {
namespace {

using sketch::drawing;
using sketch::pieces;
using sketch::tables;

picture_request request_of(const look& subject, int width = 128, int height = 128) {
    picture_request made;
    made.appearance = subject;
    made.style = "anime";
    made.seed = 5;
    made.character_seed = 6;
    made.settings.width = width;
    made.settings.height = height;
    return made;
}

std::string svg_of(const picture_request& request) {
    const auto plan = sketch::plan_drawing(tables(), pieces(), request);
    return sketch::compose_svg(pieces(), plan, request.settings.width, request.settings.height);
}

look elf() {
    look made;
    made.species = "elf";
    made.role = "mage";
    made.gender = "female";
    made.hair_color = "silver";
    made.setting = "forest";
    return made;
}

bool refers_only_to_what_is_there(const pugi::xml_document& tree) {
    std::set<std::string> ids;
    std::set<std::string> wanted;
    bool unique = true;
    for (const auto& found : tree.select_nodes("//*"))
        for (const auto& attribute : found.node().attributes()) {
            const std::string value = attribute.value();
            if (std::string_view(attribute.name()) == "id") unique &= ids.insert(value).second;
            if (value.starts_with("url(#")) wanted.insert(value.substr(5, value.size() - 6));
            if (std::string_view(attribute.name()) == "href") wanted.insert(value.substr(1));
        }
    return unique && std::includes(ids.begin(), ids.end(), wanted.begin(), wanted.end());
}

// Roles, species, moods and styles: each must give a whole document without anything that costs
// much time or differs between machines.
TEST(Compose, EveryWordGivesASoundDocument) {
    std::vector<picture_request> all;
    const auto add = [&](auto change) {
        auto request = request_of(elf());
        request.appearance.setting = "studio";  // the scene with the fewest shapes
        change(request);
        all.push_back(request);
    };
    for (const auto& row : tables().roles)
        add([&](auto& request) { request.appearance.role = row.first; });
    for (const auto& row : tables().species)
        add([&](auto& request) { request.appearance.species = row.first; });
    for (const auto& row : tables().moods)
        add([&](auto& request) { request.appearance.mood = row.first; });
    for (const auto& row : tables().treatments)
        add([&](auto& request) { request.style = row.first; });
    for (const auto& row : pieces().parts)
        for (const auto* style : {"anime", "cartoon"})
            add([&](auto& request) {
                request.appearance.accessories = {row.first};
                request.style = style;
            });
    for (const auto& request : all) {
        const auto svg = svg_of(request);
        pugi::xml_document tree;
        ASSERT_TRUE(tree.load_buffer(svg.data(), svg.size()));
        EXPECT_TRUE(refers_only_to_what_is_there(tree))
            << request.appearance.role << request.appearance.species << request.appearance.mood;
        EXPECT_EQ(svg.find(" opacity="), std::string::npos);
        EXPECT_EQ(svg.find("<filter"), std::string::npos);
        EXPECT_EQ(svg.find("<text"), std::string::npos);
        EXPECT_EQ(svg.find('$'), std::string::npos);
    }
}

TEST(Compose, TheSameInputGivesTheSameBytesOnTwoThreads) {
    const auto request = request_of(elf());
    const auto here = svg_of(request);
    auto one = std::async(std::launch::async, [&] { return svg_of(request); });
    auto two = std::async(std::launch::async, [&] { return svg_of(request); });
    EXPECT_EQ(one.get(), here);
    EXPECT_EQ(two.get(), here);
}

TEST(Compose, WhatIsAskedForChangesThePicture) {
    const auto first = request_of(elf());
    std::set<std::string> documents{svg_of(first)};
    const auto differs = [&](auto change) {
        auto request = first;
        change(request);
        return documents.insert(svg_of(request)).second;
    };
    EXPECT_TRUE(differs([](auto& request) { request.appearance.mood = "sadness"; }));
    EXPECT_TRUE(differs([](auto& request) { request.appearance.setting = "space"; }));
    EXPECT_TRUE(differs([](auto& request) { request.appearance.time_of_day = "day"; }));
    EXPECT_TRUE(differs([](auto& request) { request.appearance.hair_color = "blue"; }));
    EXPECT_TRUE(differs([](auto& request) { request.appearance.palette = "red"; }));
    EXPECT_TRUE(differs([](auto& request) { request.type = image_type::portrait; }));
    EXPECT_TRUE(differs([](auto& request) { request.type = image_type::action; }));
    EXPECT_TRUE(differs([](auto& request) { request.style = "watercolor"; }));
    EXPECT_TRUE(differs([](auto& request) { request.seed = 99; }));
}

TEST(Sketch, DrawsExactlyTheSizeAskedFor) {
    const auto engine = make_sketch_engine();
    for (const auto& [width, height] : {std::pair{64, 64}, {512, 256}, {72, 640}}) {
        std::vector<int> steps;
        const auto drawn = engine->render(request_of(elf(), width, height),
                                          [&](const render_progress& told) {
                                              steps.push_back(told.step);
                                              EXPECT_LE(told.step, told.steps);
                                          },
                                          {});
        const auto info = read_png(drawn.png);
        EXPECT_EQ(info.width, width);
        EXPECT_EQ(info.height, height);
        EXPECT_EQ(drawn.width, width);
        EXPECT_EQ(drawn.height, height);
        EXPECT_TRUE(std::is_sorted(steps.begin(), steps.end()));
        EXPECT_GE(steps.size(), 2U);
    }
}

TEST(Sketch, TheFirstPicturesMayBeDrawnAtOnce) {
    const auto engine = make_sketch_engine();
    const auto draw = [&] { return engine->render(request_of(elf()), {}, {}).png; };
    auto one = std::async(std::launch::async, draw);
    auto two = std::async(std::launch::async, draw);
    const auto first = one.get();
    EXPECT_EQ(first, two.get());
    EXPECT_EQ(first, draw());
}

TEST(Sketch, PixelArtIsDrawnInBlocks) {
    const auto engine = make_sketch_engine();
    auto request = request_of(elf(), 512, 512);
    request.style = "pixel-art";
    const auto blocks = engine->render(request, {}, {}).png.size();
    request.style = "anime";
    EXPECT_LT(blocks * 4, engine->render(request, {}, {}).png.size());
}

TEST(Sketch, RefusesOddSizesAndStopsWhenAsked) {
    const auto engine = make_sketch_engine();
    for (const auto& [width, height] : {std::pair{0, 64}, {100, 64}, {64, 4096}}) {
        try {
            engine->render(request_of(elf(), width, height), {}, {});
            FAIL() << width << " x " << height;
        } catch (const error& problem) {
            EXPECT_EQ(problem.code(), errc::invalid_argument);
        }
    }
    std::stop_source source;
    source.request_stop();
    try {
        engine->render(request_of(elf()), {}, source.get_token());
        FAIL() << "was not cancelled";
    } catch (const error& problem) {
        EXPECT_EQ(problem.code(), errc::cancelled);
    }
}

TEST(Sketch, SaysWhatItIs) {
    const auto engine = make_sketch_engine();
    auto request = request_of(elf(), 64, 64);
    request.settings.model = "some-model.safetensors";
    const auto drawn = engine->render(request, {}, {});
    EXPECT_EQ(drawn.engine, "sketch");
    EXPECT_FALSE(drawn.engine_version.empty());
    EXPECT_EQ(drawn.source_type, "algorithmicMedia");
    EXPECT_EQ(drawn.identity_method, "look");
    EXPECT_TRUE(drawn.model.empty());
    ASSERT_FALSE(drawn.notes.empty());
    EXPECT_NE(drawn.notes.back().find("no models"), std::string::npos);
    EXPECT_NE(engine->check().find("scenes"), std::string::npos);
}

}  // namespace
}  // namespace medusa
