#include "domain/look.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "core/text.hpp"
#include "domain/lexicon.hpp"
#include "domain/look_rows.hpp"
#include "domain/scene.hpp"

namespace medusa {
namespace {

TEST(look, of_every_text_in_the_table) {
    std::ifstream table(MEDUSA_ROOT "/tests/data/looks.txt");
    ASSERT_TRUE(table.is_open());
    std::string text;
    std::string line;
    int rows = 0;
    while (std::getline(table, line)) {
        if (line.starts_with("#")) continue;
        if (!line.starts_with(" ")) {
            text = line;
            continue;
        }
        EXPECT_EQ(fields_of(parse_look(text, {})), collapse_spaces(line)) << text;
        ++rows;
    }
    EXPECT_GE(rows, 150);
}

TEST(look, knows_many_words) {
    EXPECT_GE(look_lexicon().size(), 900u);
}

struct tagged_row {
    const char* text;
    std::vector<std::string> tags;
    const char* expected;
};

TEST(look, tags_win_where_both_speak) {
    const tagged_row rows[] = {
        {"An elf with silver hair", {"red hair"}, "hair_color=red species=elf"},
        {"black and blue hair", {"red hair"}, "hair_color=red"},
        {"black hair", {"blue streaks"}, "hair_color=black hair_color2=blue"},
        {"He has green eyes", {"female", "violet eyes"}, "eye_color=violet gender=female"},
        {"no glasses",
         {"glasses"},
         "accessories=glasses absent=round-glasses,sunglasses,goggles,monocle"},
        {"She wears earrings", {"no earrings"}, "gender=female absent=earrings,hoop-earrings"},
        {"a robe", {"armor"}, "outfit=armor,robe"},
        {"An elder druid", {"30 years old"}, "age_band=adult role=druid"},
        {"A cyberpunk hacker with neon hair",
         {"rebellious", "confident", "tech-savvy"},
         "hair_color=neon role=hacker setting=neon-city mood=confident"},
        {"",
         {"1girl", "silver_hair", "elf"},
         "hair_color=silver species=elf age_band=teen gender=female"},
        {"", {}, ""},
    };
    for (const auto& row : rows)
        EXPECT_EQ(fields_of(parse_look(row.text, row.tags)), row.expected) << row.text;
}

TEST(look, nobody_under_age_is_made_older) {
    EXPECT_EQ(parse_look("a 12-year-old wizard", {"adult"}).age_band, "child");
    EXPECT_EQ(parse_look("a 400-year-old vampire in the body of a child", {}).age_band, "child");
    EXPECT_EQ(parse_look("an adult hero, 16 years old", {}).age_band, "teen");
    EXPECT_TRUE(is_young(parse_look("a 12-year-old dragon slayer", {})));
    EXPECT_TRUE(is_young(parse_look("a girl with red hair", {})));
    EXPECT_TRUE(is_young(parse_look("a student with red hair", {})));
    EXPECT_TRUE(is_young(parse_look("someone in a school uniform", {})));
    EXPECT_FALSE(is_young(parse_look("a university student", {})));
    EXPECT_FALSE(is_young(parse_look("a 19-year-old student", {})));
    EXPECT_FALSE(is_young(parse_look("a young woman", {})));
    EXPECT_FALSE(is_young(parse_look("a sorceress, young at heart", {})));
    EXPECT_FALSE(is_young({}));
}

using word_row = std::pair<const char*, const char*>;

TEST(look, setting_that_a_request_asks_for) {
    const word_row rows[] = {{"magical forest", "forest"},
                             {"Neon City at night", "neon-city"},
                             {"on the deck of a ship", "ship"},
                             {"library", "library"},
                             {"snow", "snow"},
                             {"cherry-blossoms", "cherry-blossoms"},
                             {"throne-room", "throne-room"},
                             {"a quiet cafe", "cafe"},
                             {"not a forest", ""},
                             {"the ninth dimension", ""},
                             {"", ""}};
    for (const auto& [text, expected] : rows) EXPECT_EQ(parse_setting(text), expected) << text;
}

TEST(look, mood_that_a_request_asks_for) {
    const word_row rows[] = {{"happy", "joy"},        {"Joy", "joy"},
                             {"love", "love"},        {"desire", "desire"},
                             {"very sad", "sadness"}, {"furious", "anger"},
                             {"a sly smile", "smug"}, {"determined", "determined"},
                             {"neutral", "neutral"},  {"not happy", ""},
                             {"like a Tuesday", ""},  {"", ""}};
    for (const auto& [text, expected] : rows) EXPECT_EQ(parse_mood(text), expected) << text;
    for (const auto& [name, words] : mood_table()) EXPECT_EQ(parse_mood(name), name);
}

// A face that is described is more than a mood; a trait of character is not.
TEST(look, expressions_that_a_description_shows) {
    const word_row rows[] = {
        {"a woman laughing", "laughing"}, {"a sobbing boy", "grief"},
        {"a furious knight", "rage"},     {"an elf with a toothy grin", "grinning"},
        {"giggling twins", "laughing"},   {"a screaming banshee", "shouting"},
        {"a scared hunter", "fear"},      {"a fierce pirate", ""},
        {"a cheerful baker", ""},         {"a shy student", ""},
        {"she is not angry", ""},         {"a stern judge", ""}};
    for (const auto& [text, expected] : rows)
        EXPECT_EQ(parse_look(text, {}).expression, expected) << text;
    EXPECT_EQ(parse_look("a woman laughing", {}).mood, "joy");
    EXPECT_EQ(in_scene(parse_look("a woman laughing", {}), "sad", "").expression, "");
}

TEST(look, a_colour_before_a_hat_is_the_hats) {
    const auto boy = parse_look("a boy in a green cap and a red jacket", {});
    EXPECT_EQ(boy.hat_color, "green");
    EXPECT_EQ(boy.palette, "red");
    EXPECT_EQ(parse_look("brown hair under a blue pointed hat", {}).hat_color, "blue");
    EXPECT_EQ(parse_look("a blue-eyed girl with a hat", {}).hat_color, "");
}

TEST(look, time_and_weather_that_a_request_asks_for) {
    EXPECT_EQ(parse_time_of_day("a beach at sunset"), "dusk");
    EXPECT_EQ(parse_time_of_day("a moonlit beach"), "night");
    EXPECT_EQ(parse_time_of_day("a beach"), "");
    EXPECT_EQ(parse_weather("a rainy street"), "rain");
    EXPECT_EQ(parse_weather("a street"), "");
}

TEST(look, survives_any_text) {
    std::string noise;
    for (int i = 0; i < 4'000; ++i) noise += static_cast<char>(i * 37 % 256);
    parse_look(noise, {noise});
    parse_look(std::string(4'000, ','), {"-", "_", "'", "\xE2\x80"});
    parse_look("no no no no and and and , , , is is is", {"of", "a", "with"});
    EXPECT_EQ(parse_look("no", {}), look{});
}

TEST(look, is_the_same_from_many_threads) {
    const auto expected = parse_look("A mystical elven sorceress with silver hair", {"wise"});
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 20; ++n)
                EXPECT_EQ(parse_look("A mystical elven sorceress with silver hair", {"wise"}),
                          expected);
        });
}

TEST(scene, lays_the_request_over_the_look) {
    const look pirate = parse_look("a fearless pirate captain on a ship at dusk in the rain", {});
    ASSERT_EQ(fields_of(pirate),
              "role=pirate setting=ship time_of_day=dusk weather=rain mood=confident");
    EXPECT_EQ(in_scene(pirate, "", ""), pirate);
    EXPECT_EQ(fields_of(in_scene(pirate, "happy", "magical forest")),
              "role=pirate setting=forest time_of_day=dusk mood=joy");
    EXPECT_EQ(fields_of(in_scene(pirate, "", "ship at night")),
              "role=pirate setting=ship time_of_day=night weather=rain mood=confident");
    EXPECT_EQ(in_scene(pirate, "xyz", "the ninth dimension"), pirate);
    EXPECT_EQ(in_scene(pirate, "love", "").mood, "love");
    const look child = parse_look("a 12-year-old dragon slayer", {});
    EXPECT_EQ(in_scene(child, "love", "").mood, "caring");
    EXPECT_EQ(in_scene(child, "desire", "").mood, "excitement");
}

}  // namespace
}  // namespace medusa
