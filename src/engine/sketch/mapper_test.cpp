#include "engine/sketch/mapper.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "core/resources.hpp"
#include "engine/sketch/mood.hpp"
#include "support/sketch_art.hpp"

namespace medusa::sketch {
namespace {

namespace json = boost::json;

bool wears(const person& who, const std::string& part) {
    return std::find(who.parts.begin(), who.parts.end(), part) != who.parts.end();
}

person dressed(const look& subject, std::uint32_t seed = 1) {
    std::vector<std::string> notes;
    return plan_person(tables(), pieces(), subject, seed, notes);
}

picture_request request_of(const look& subject) {
    picture_request made;
    made.appearance = subject;
    made.style = "fantasy";
    made.seed = 1;
    made.character_seed = 77;
    return made;
}

look pirate() {
    look made;
    made.role = "pirate";
    made.gender = "female";
    made.hair_color = "red";
    made.hair_style = "wavy";
    return made;
}

TEST(Mapper, ThePersonDoesNotDependOnAnythingButTheLookAndTheCharacterSeed) {
    auto first = request_of(pirate());
    const auto expected = plan_drawing(tables(), pieces(), first).who;
    for (const auto type : {image_type::portrait, image_type::full_body, image_type::action,
                            image_type::variation, image_type::custom}) {
        auto other = first;
        other.type = type;
        other.seed = 987654321;
        other.style = "comic";
        other.appearance.mood = "anger";
        other.appearance.setting = "space";
        other.appearance.weather = "snow";
        other.appearance.time_of_day = "night";
        EXPECT_EQ(plan_drawing(tables(), pieces(), other).who, expected);
    }
}

TEST(Mapper, AnotherCharacterSeedIsAnotherPerson) {
    std::set<std::string> hair, skin;
    for (std::uint32_t seed = 0; seed < 40; ++seed) {
        const auto who = dressed({}, seed);
        hair.insert(who.hair);
        skin.insert(who.skin);
    }
    EXPECT_GE(hair.size(), 10U);
    EXPECT_GE(skin.size(), 4U);
}

// Near enough to a word's colour that nobody would use another word.
bool a_shade_of(const std::string& seen, const std::string& of_word) {
    constexpr int most = 56;  // of 255, in any channel
    for (const std::size_t at : {1, 3, 5}) {
        const int difference = std::stoi(seen.substr(at, 2), nullptr, 16) -
                               std::stoi(of_word.substr(at, 2), nullptr, 16);
        if (std::abs(difference) > most) return false;
    }
    return true;
}

TEST(Mapper, TwoPeopleOfTheSameWordsDiffer) {
    std::set<std::string> hair;
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
        const auto who = dressed(pirate(), seed);
        hair.insert(who.hair_stops.at(1));
        EXPECT_EQ(who.hair_stops, dressed(pirate(), seed).hair_stops);
    }
    EXPECT_GT(hair.size(), 15u);
}

TEST(Mapper, WhatTheLookSaysWins) {
    look subject = pirate();
    subject.skin = "ebony";
    subject.eye_color = "violet";
    subject.eye_color2 = "green";
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
        const auto who = dressed(subject, seed);
        EXPECT_TRUE(a_shade_of(who.skin, tables().skins.at("ebony").base)) << who.skin;
        EXPECT_TRUE(a_shade_of(who.iris, tables().eye_colours.at("violet").base)) << who.iris;
        EXPECT_TRUE(a_shade_of(who.iris2, tables().eye_colours.at("green").base)) << who.iris2;
        EXPECT_TRUE(a_shade_of(who.hair_stops.at(1), tables().hair_colours.at("red").base));
        EXPECT_TRUE(who.lashes);
    }
}

TEST(Mapper, HairFollowsLengthAndStyle) {
    struct row {
        const char *length, *style;
        std::set<std::string> allowed;
    };
    const row rows[] = {
        {"", "mohawk", {"variant27"}},
        {"", "double-bun", {"variant26"}},
        {"long", "ponytail", {"variant33", "variant42"}},
        {"bald", "", {"variant34"}},
        {"long", "wavy", {"variant35"}},
    };
    for (const auto& [length, style, allowed] : rows) {
        look subject;
        subject.gender = "female";
        subject.hair_length = length;
        subject.hair_style = style;
        for (std::uint32_t seed = 0; seed < 12; ++seed)
            EXPECT_TRUE(allowed.contains(dressed(subject, seed).hair))
                << length << " " << style << " " << dressed(subject, seed).hair;
    }
    look bald;
    bald.hair_length = "bald";
    EXPECT_TRUE(dressed(bald).bare);
}

TEST(Mapper, ARoleDressesWhoSaysNothingElse) {
    const auto who = dressed(pirate());
    EXPECT_TRUE(wears(who, "tricorn"));
    EXPECT_TRUE(wears(who, "hoop-earrings"));

    look hatted = pirate();
    hatted.accessories = {"bandana"};
    EXPECT_TRUE(wears(dressed(hatted), "bandana"));
    EXPECT_FALSE(wears(dressed(hatted), "tricorn"));

    look bare = pirate();
    bare.absent = {"tricorn"};
    EXPECT_FALSE(wears(dressed(bare), "tricorn"));
}

TEST(Mapper, AHatIsTheHatOfTheRole) {
    look subject;
    subject.role = "witch";
    subject.accessories = {"hat"};
    EXPECT_TRUE(wears(dressed(subject), "witch-hat"));
    EXPECT_FALSE(wears(dressed(subject), "hat"));
    subject.role.clear();
    EXPECT_TRUE(wears(dressed(subject), "hat"));
}

TEST(Mapper, NoRoleHidesTheHairThatIsDescribed) {
    look subject;
    subject.role = "rogue";
    int hooded = 0;
    for (std::uint32_t seed = 0; seed < 40; ++seed) hooded += wears(dressed(subject, seed), "hood");
    EXPECT_GT(hooded, 5);
    EXPECT_LT(hooded, 35);
    subject.hair_color = "red";
    for (std::uint32_t seed = 0; seed < 40; ++seed)
        EXPECT_FALSE(wears(dressed(subject, seed), "hood")) << seed;
}

TEST(Mapper, HairEyesAndSkinGoTogetherWhereNothingIsSaid) {
    const auto dark = tables().skins.at("dark").base;
    look subject;
    subject.skin = "dark";
    for (std::uint32_t seed = 0; seed < 40; ++seed)
        EXPECT_NE(dressed(subject, seed).hair_stops.at(1), tables().hair_colours.at("blonde").base);
    look blond;
    blond.hair_color = "blonde";
    for (std::uint32_t seed = 0; seed < 40; ++seed) EXPECT_NE(dressed(blond, seed).skin, dark);
}

TEST(Mapper, TheUsersOwnWordsChooseThePlace) {
    auto request = request_of(pirate());
    request.wish = "riding a white horse on a beach at sunset";
    const auto drawn = plan_drawing(tables(), pieces(), request);
    EXPECT_EQ(drawn.scene, "beach");
    EXPECT_EQ(drawn.time, time_of_day::dusk);
    request.setting = "library";
    EXPECT_EQ(plan_drawing(tables(), pieces(), request).scene, "library");
}

TEST(Mapper, WordsThatSayNothingAreSaid) {
    auto request = request_of(pirate());
    EXPECT_TRUE(plan_drawing(tables(), pieces(), request).notes.empty());
    request.mood = "sadnes";
    request.setting = "xyzzy";
    const auto notes = plan_drawing(tables(), pieces(), request).notes;
    ASSERT_EQ(notes.size(), 2U);
    EXPECT_EQ(notes[0], "sketch knows no mood 'sadnes'; did you mean 'sadness'?");
    EXPECT_EQ(notes[1], "sketch knows no setting 'xyzzy'");
}

TEST(Mapper, AnExpressionThatIsDescribedShowsInFull) {
    for (const auto* text : {"laughing", "grinning", "furious", "angry", "crying", "scared",
                             "surprised", "screaming", "disgusted", "thrilled", "pouting",
                             "confused", "flustered", "eyes closed", "sweating nervously"}) {
        const auto shown = parse_look(text, {}).expression;
        EXPECT_TRUE(tables().moods.contains(shown)) << text << ": " << shown;
    }
    auto request = request_of(parse_look("a laughing woman", {}));
    EXPECT_EQ(plan_drawing(tables(), pieces(), request).face.mouth, "laugh");
    request.mood = "sad";
    EXPECT_EQ(plan_drawing(tables(), pieces(), request).face.mouth, "sad");
}

TEST(Mapper, AHatHasTheColourThatIsNamed) {
    const auto who = dressed(parse_look("a man in a green cap", {}), 3);
    EXPECT_EQ(who.hat.at("main"), tables().cloth.at("green").base);
    EXPECT_TRUE(dressed(parse_look("a man in a cap", {}), 3).hat.empty());
}

TEST(Mapper, ACapOnANurseIsANursesCap) {
    const auto parts = dressed(parse_look("a nurse with a white cap", {}), 3).parts;
    EXPECT_NE(std::find(parts.begin(), parts.end(), "nurse-cap"), parts.end());
    EXPECT_EQ(std::find(parts.begin(), parts.end(), "cap"), parts.end());
}

TEST(Mapper, ATraitShowsWithoutComicSigns) {
    auto request = request_of(pirate());
    request.appearance.mood = "confusion";
    EXPECT_TRUE(plan_drawing(tables(), pieces(), request).face.signs.empty());
    request.mood = "confusion";
    EXPECT_FALSE(plan_drawing(tables(), pieces(), request).face.signs.empty());
}

TEST(Mapper, SpeciesBringTheirPartsAndColours) {
    look subject;
    subject.species = "orc";
    EXPECT_TRUE(wears(dressed(subject), "tusks"));
    EXPECT_TRUE(a_shade_of(dressed(subject).skin, tables().skins.at("green").base));
    subject.skin = "red";
    EXPECT_TRUE(a_shade_of(dressed(subject).skin, tables().skins.at("red").base));
}

TEST(Mapper, SaysWhatItCannotDraw) {
    look subject;
    subject.accessories = {"grand-piano"};
    auto request = request_of(subject);
    request.type = image_type::full_body;
    const auto notes = plan_drawing(tables(), pieces(), request).notes;
    const auto tells = [&](std::string_view word) {
        return std::any_of(notes.begin(), notes.end(),
                           [&](const auto& note) { return note.find(word) != std::string::npos; });
    };
    EXPECT_TRUE(tells("grand-piano"));
    EXPECT_FALSE(tells("figure")) << "a full figure needs no excuse";
}

// What the look parser can read for `field`: resources/look.
std::set<std::string> words_read(const char* field) {
    std::set<std::string> found;
    for (const auto file : resource_names("look/")) {
        const auto table = json::parse(resource(file));
        for (const auto& group : table.at("groups").as_array()) {
            const auto* of = group.as_object().if_contains("field");
            if (!of || of->as_string() != field) continue;
            for (const auto& row : group.at("values").as_object()) found.insert(row.key());
        }
    }
    return found;
}

TEST(Mapper, EveryRoleOfTheVocabularyIsDressed) {
    EXPECT_GE(words_read("role").size(), 60u);
    for (const auto& role : words_read("role")) EXPECT_TRUE(tables().roles.contains(role)) << role;
}

TEST(Mapper, EverySettingOfTheVocabularyHasAScene) {
    EXPECT_GE(words_read("setting").size(), 40u);
    for (const auto& setting : words_read("setting")) {
        auto request = request_of(pirate());
        request.appearance.setting = setting;
        const auto drawn = plan_drawing(tables(), pieces(), request);
        EXPECT_TRUE(drawn.notes.empty()) << setting;
        EXPECT_EQ(drawn.scene, pieces().scene_for(setting)) << setting;
    }
}

TEST(Mapper, RomanceIsNotDrawnForTheYoung) {
    auto request = request_of(pirate());
    request.mood = "desire";
    request.appearance.age_band = "adult";
    const auto grown = plan_drawing(tables(), pieces(), request).face;
    request.appearance.age_band = "child";
    const auto young = plan_drawing(tables(), pieces(), request).face;
    EXPECT_EQ(grown.eyes, tables().moods.at("desire").eyes);
    EXPECT_EQ(young.eyes, tables().moods.at("excitement").eyes);
    EXPECT_EQ(young.mouth, tables().moods.at("excitement").mouth);
}

TEST(Mapper, EveryWordOfTheTablesNamesSomethingThatExists) {
    const auto& all = tables();
    const auto& parts = pieces().parts;
    const auto check = [&](const words& names, std::string_view where) {
        for (const auto& name : names) EXPECT_TRUE(parts.contains(name)) << where << " " << name;
    };
    for (const auto& [word, role] : all.roles) {
        check(role.accessories, word);
        check(role.female, word);
        check(role.male, word);
        check(role.sometimes, word);
        EXPECT_TRUE(role.species.empty() || all.species.contains(role.species)) << word;
        EXPECT_TRUE(role.colour.empty() || all.cloth.contains(role.colour)) << word;
    }
    for (const auto& [word, species] : all.species) {
        check(species.parts, word);
        check(species.male, word);
        for (const auto& one : species.skin) EXPECT_TRUE(all.skins.contains(one)) << one;
        for (const auto& one : species.hair) EXPECT_TRUE(all.hair_colours.contains(one)) << one;
        for (const auto& one : species.eyes) EXPECT_TRUE(all.eye_colours.contains(one)) << one;
    }
    for (const auto& [word, part] : all.aliases)
        EXPECT_TRUE(part.empty() || parts.contains(part) || pieces().garment_for(part)) << word;
    for (const auto& [word, face] : all.moods) {
        check(face.signs, word);
        EXPECT_TRUE(face.trait.empty() || all.moods.contains(face.trait)) << word;
    }
    for (const auto& [word, style] : all.treatments)
        EXPECT_TRUE(style.fragment.empty() || pieces().finishes.contains(style.fragment)) << word;
    for (const auto& one : all.complexions) {
        EXPECT_TRUE(all.skins.contains(one.skin)) << one.skin;
        for (const auto& hair : one.hair) EXPECT_TRUE(all.hair_colours.contains(hair)) << hair;
        for (const auto& eyes : one.eyes) EXPECT_TRUE(all.eye_colours.contains(eyes)) << eyes;
    }
    const auto* hair = pieces().heads.at("lorelei").style.find_component("hair");
    ASSERT_NE(hair, nullptr);
    EXPECT_GE(all.hair.size(), hair->variants.size());
}

TEST(Mood, EveryLabelHasAFaceOfItsOwn) {
    const char* labels[] = {
        "admiration",    "amusement",   "anger",    "annoyance", "approval",       "caring",
        "confusion",     "curiosity",   "desire",   "disgust",   "disappointment", "disapproval",
        "embarrassment", "excitement",  "fear",     "gratitude", "grief",          "joy",
        "love",          "nervousness", "optimism", "pride",     "realization",    "relief",
        "remorse",       "sadness",     "surprise", "neutral"};
    std::set<std::string> faces;
    for (const auto* label : labels) {
        ASSERT_TRUE(tables().moods.contains(label)) << label;
        const auto& face = face_for(tables(), label);
        std::string all = face.eyes + "/" + face.brows + "/" + face.mouth;
        for (const auto& sign : face.signs) all += "/" + sign;
        EXPECT_TRUE(faces.insert(all).second) << label << " looks like another: " << all;
    }
    EXPECT_EQ(face_for(tables(), "no-such-mood").mouth, tables().moods.at("neutral").mouth);
}

}  // namespace
}  // namespace medusa::sketch
