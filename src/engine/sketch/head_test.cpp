#include "engine/sketch/head.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "engine/sketch/compose.hpp"
#include "engine/sketch/mapper.hpp"
#include "engine/sketch/sketch.hpp"
#include "support/sketch_art.hpp"

namespace medusa::sketch {
namespace {

const slot_map colours = {{"ink", "#101010"},   {"skin", "#f0c0a0"},      {"shade", "#c09080"},
                          {"nose", "#906050"},  {"hair-line", "#301810"}, {"hair", "#805030"},
                          {"accent", "#ffcc00"}};

picture_request of_style(std::string style) {
    picture_request made;
    made.appearance.gender = "female";
    made.appearance.hair_length = "short";
    made.appearance.setting = "studio";
    made.style = std::move(style);
    made.settings.width = made.settings.height = 64;
    return made;
}

std::string svg_of(const picture_request& request) {
    return compose_svg(pieces(), plan_drawing(tables(), pieces(), request), 64, 64);
}

TEST(Head, ThePictureCarriesTheCreditThatItsRigOwes) {
    const auto engine = make_sketch_engine();
    for (const auto& [style, finish] : tables().treatments) {
        const auto credit = engine->render(of_style(style), {}, {}).attribution;
        if (style == "cartoon" || style == "comic") {
            for (const auto* said : {"ToonHead", "Johan Melin", "CC BY 4.0", "Changes: recoloured",
                                     "https://creativecommons.org/licenses/by/4.0/"})
                EXPECT_NE(credit.find(said), std::string::npos) << credit;
        } else {
            EXPECT_EQ(credit, "") << style;
        }
    }
}

TEST(Head, EveryRigHasTheFaceOfEveryMood) {
    for (const auto& [name, rig] : pieces().heads)
        for (const auto& [mood, face] : tables().moods) {
            EXPECT_TRUE(rig.eyes.has_layer(face.eyes)) << name << " " << mood;
            EXPECT_TRUE(rig.brows.has_layer(face.brows)) << name << " " << mood;
            EXPECT_TRUE(rig.brows.has_layer(face.brows + "-bold")) << name << " " << mood;
            EXPECT_TRUE(rig.mouths.has_layer(face.mouth)) << name << " " << mood;
        }
}

// The same person in another style has hair of the same kind, and not everybody the same.
TEST(Head, EveryRigDrawsEveryHair) {
    for (const auto& [name, rig] : pieces().heads) {
        std::set<std::string> drawn;
        for (const auto& hair : tables().hair) {
            const auto& own = rig.style.find_component("hair")->variants;
            const bool in_style = std::any_of(own.begin(), own.end(), [&](const auto& variant) {
                return variant.name == hair.variant;
            });
            EXPECT_TRUE(in_style || rig.hair.contains(hair.variant)) << hair.variant;
            person who;
            who.hair = hair.variant;
            who.head = tables().heads.at("female").front();
            who.nose = tables().noses.at("female").front();
            who.bare = hair.bare;
            const auto art = draw_head(rig, who, {}, colours);
            EXPECT_FALSE(art.skin.empty());
            EXPECT_NE(art.head.find(colours.at("skin")), std::string::npos);
            EXPECT_EQ(art.front_hair.empty(), hair.length == "bald") << name << hair.variant;
            drawn.insert(art.back_hair + art.front_hair);
        }
        EXPECT_GE(drawn.size(), 30U) << name;
    }
}

TEST(Head, LongHairIsLongerThanShortHairInEveryRig) {
    for (const auto& [name, rig] : pieces().heads)
        for (const auto& hair : tables().hair) {
            person who;
            who.hair = hair.variant;
            who.head = tables().heads.at("female").front();
            who.nose = tables().noses.at("female").front();
            const auto art = draw_head(rig, who, {}, colours);
            if (hair.length == "long") {
                EXPECT_FALSE(art.back_hair.empty()) << name << " " << hair.variant;
            }
        }
}

TEST(Head, WhatIsFittedOrReplacedExists) {
    std::set<std::string, std::less<>> known = {"back", "skin", "ear",   "face",
                                                "neck", "head", "front", "body"};
    for (const auto& [name, part] : pieces().parts) known.insert({name, pieces().group_of(name)});
    for (const auto& [name, rig] : pieces().heads) {
        for (const auto& [part, transform] : rig.fits) EXPECT_TRUE(known.contains(part)) << part;
        for (const auto& [part, drawn] : rig.parts)
            EXPECT_TRUE(pieces().parts.contains(part)) << part;
    }
}

TEST(Head, EveryPartIsSeenInEveryRig) {
    for (const auto* style : {"anime", "cartoon"}) {
        const auto without = svg_of(of_style(style));
        for (const auto& [name, part] : pieces().parts) {
            auto request = of_style(style);
            request.appearance.accessories = {name};
            EXPECT_NE(svg_of(request), without) << style << " " << name;
        }
    }
}

// Two people of the same words need not have the same face.
TEST(Head, EveryHeadOfTheLookHasAnOutlineOfItsOwn) {
    for (const auto& [name, rig] : pieces().heads) {
        std::set<std::string> faces;
        for (const auto* head : {"variant01", "variant02", "variant03", "variant04"}) {
            person who;
            who.hair = tables().hair.front().variant;
            who.head = head;
            who.nose = tables().noses.at("male").front();
            faces.insert(draw_head(rig, who, {}, colours).skin);
        }
        EXPECT_EQ(faces.size(), 4U) << name;
    }
}

TEST(Head, DyedHairKeepsItsTwoColoursInFlatStyles) {
    auto request = of_style("cartoon");
    request.appearance.hair_color = "black";
    const auto stops = [&] {
        const auto svg = svg_of(request);
        const auto begin = svg.find("id=\"hair-front\"");
        const auto gradient = svg.substr(begin, svg.find("</linearGradient>", begin) - begin);
        int count = 0;
        for (auto at = gradient.find("<stop"); at != gradient.npos;
             at = gradient.find("<stop", at + 1))
            ++count;
        return count;
    };
    EXPECT_EQ(stops(), 1);
    request.appearance.hair_color2 = "blue";
    EXPECT_EQ(stops(), 3);
}

TEST(Head, PinnedUpHairNeedsRoomAboveTheHead) {
    const auto top_of = [](const std::string& hair) {
        person who;
        who.hair = hair;
        return draw_head(pieces().heads.at("toon-head"), who, {}, colours).top;
    };
    const auto& table = tables().hair;
    const auto of_style_word = [&](std::string_view word) {
        return std::find_if(table.begin(), table.end(),
                            [&](const auto& hair) { return hair.styles.front() == word; })
            ->variant;
    };
    EXPECT_LT(top_of(of_style_word("bun")), top_of(of_style_word("bob")) - 60);
    EXPECT_LT(top_of(of_style_word("mohawk")), top_of(of_style_word("bun")));
}

TEST(Head, EarsOfAFrontViewComeInPairs) {
    auto request = of_style("cartoon");
    request.appearance.accessories = {"elf-ears"};
    EXPECT_NE(svg_of(request).find("translate(994) scale(-1 1)"), std::string::npos);
    request.style = "anime";
    EXPECT_EQ(svg_of(request).find("scale(-1 1)"), std::string::npos);
}

}  // namespace
}  // namespace medusa::sketch
