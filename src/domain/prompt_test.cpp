#include "domain/prompt.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "domain/look_words.hpp"
#include "domain/policy.hpp"
#include "domain/scene.hpp"
#include "domain/style.hpp"

namespace medusa {
namespace {

look luna_look() {
    look luna;
    luna.hair_color = "silver";
    luna.hair_length = "long";
    luna.hair_style = "wavy";
    luna.eye_color = "violet";
    luna.species = "elf";
    luna.gender = "female";
    luna.role = "mage";
    luna.outfit = {"robe"};
    luna.accessories = {"circlet"};
    luna.setting = "forest";
    luna.time_of_day = "night";
    return luna;
}

prompt_inputs luna() {
    prompt_inputs inputs;
    inputs.appearance = luna_look();
    inputs.style = "fantasy";
    inputs.description = "A mystical elven sorceress with silver hair.";
    inputs.tags = {"mysterious", "wise"};
    inputs.safety_negatives = "safety words";
    return inputs;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(look_words, of_a_whole_look) {
    EXPECT_EQ(look_words(luna_look()),
              (std::vector<std::string>{"elf woman", "mage", "long wavy silver hair", "violet eyes",
                                        "robe", "circlet", "forest background", "at night"}));
    EXPECT_TRUE(look_words({}).empty());
}

TEST(look_words, of_the_less_usual) {
    look subject;
    subject.hair_color = "black";
    subject.hair_color2 = "light-blue";
    subject.hair_style = "double-bun";
    subject.eye_color = "blue";
    subject.eye_color2 = "green";
    subject.species = "android";
    subject.age_band = "middle-aged";
    EXPECT_EQ(look_words(subject),
              (std::vector<std::string>{"middle aged android person", "black and light blue hair",
                                        "double bun", "one blue eye and one green eye"}));
    look bald;
    bald.hair_length = "bald";
    bald.gender = "male";
    bald.age_band = "child";
    EXPECT_EQ(look_words(bald), (std::vector<std::string>{"young boy", "bald head"}));
}

TEST(prompt, says_everything_in_order) {
    const auto made = compose_prompt(luna());
    std::size_t from = 0;
    for (const char* part :
         {"masterpiece", "elf woman", "long wavy silver hair", "violet eyes", "forest background",
          "A mystical elven sorceress with silver hair, mysterious, wise, fantasy art",
          "head and shoulders"}) {
        const auto at = made.positive.find(part, from);
        ASSERT_NE(at, std::string::npos) << part << " in " << made.positive;
        from = at;
    }
    EXPECT_TRUE(made.negative.ends_with(", safety words")) << made.negative;
    EXPECT_TRUE(contains(made.negative, "low quality"));
    EXPECT_FALSE(contains(made.negative, "glasses"));
    EXPECT_FALSE(contains(made.positive, "safety words"));
}

TEST(prompt, what_the_look_denies_is_negative) {
    auto inputs = luna();
    inputs.appearance.absent = {"glasses"};
    const auto made = compose_prompt(inputs);
    EXPECT_TRUE(contains(made.negative, ", glasses, safety words")) << made.negative;
    EXPECT_FALSE(contains(made.positive, "glasses"));
}

TEST(prompt, user_files_replace_the_built_in_texts) {
    auto inputs = luna();
    inputs.positive_text = "my words,\n more words, \n";
    inputs.negative_text = "";
    const auto made = compose_prompt(inputs);
    EXPECT_TRUE(made.positive.starts_with("my words, more words, elf woman")) << made.positive;
    EXPECT_FALSE(contains(made.positive, "masterpiece"));
    EXPECT_TRUE(made.negative.starts_with("photograph")) << made.negative;
    EXPECT_TRUE(made.negative.ends_with("safety words"));
}

TEST(prompt, image_types_and_styles_differ) {
    std::set<std::string> seen;
    for (const auto type : {image_type::avatar, image_type::portrait, image_type::full_body,
                            image_type::action, image_type::variation, image_type::custom})
        for (const auto& style : styles()) {
            auto inputs = luna();
            inputs.type = type;
            inputs.style = style.name;
            seen.insert(compose_prompt(inputs).positive);
        }
    EXPECT_EQ(seen.size(), 6 * styles().size());
    auto inputs = luna();
    inputs.type = image_type::portrait;
    EXPECT_TRUE(contains(compose_prompt(inputs).positive, "close-up"));
    inputs.type = image_type::full_body;
    EXPECT_TRUE(contains(compose_prompt(inputs).positive, "full body"));
    inputs.type = image_type::custom;
    inputs.prompt = "reading a letter by candle light";
    EXPECT_TRUE(contains(compose_prompt(inputs).positive, "reading a letter by candle light"));
    inputs.style = "opera";
    EXPECT_THROW(compose_prompt(inputs), error);
}

TEST(prompt, shows_the_mood_and_setting_of_the_request) {
    auto inputs = luna();
    inputs.mood = "happy";
    inputs.setting = "magical library";
    const auto made = compose_prompt(inputs).positive;
    EXPECT_TRUE(made.ends_with("happy expression, joyful smile, magical library background"))
        << made;
    EXPECT_FALSE(contains(made, "forest background"));
    inputs.mood = "as if tasting a lemon";
    EXPECT_TRUE(contains(compose_prompt(inputs).positive, "as if tasting a lemon expression"));
}

TEST(prompt, young_characters_get_family_affection) {
    auto inputs = luna();
    inputs.mood = "love";
    EXPECT_TRUE(contains(compose_prompt(inputs).positive, "love expression, loving smile"));
    inputs.appearance.age_band = "child";
    const auto made = compose_prompt(inputs).positive;
    EXPECT_TRUE(contains(made, "caring warm smile")) << made;
    EXPECT_FALSE(contains(made, "love"));
    EXPECT_FALSE(contains(made, "loving"));
    inputs.mood = "desire";
    EXPECT_TRUE(contains(compose_prompt(inputs).positive, "excited open smile"));
    inputs.mood = "";
    inputs.appearance.mood = "love";
    EXPECT_FALSE(contains(compose_prompt(inputs).positive, "loving"));
}

TEST(prompt, our_words_give_way_and_the_users_stay) {
    auto inputs = luna();
    const std::string mine(limits::prompt_chars - 100, 'x');
    inputs.positive_text = mine;
    const auto made = compose_prompt(inputs);
    EXPECT_LE(count_chars(made.positive), limits::prompt_chars);
    EXPECT_TRUE(contains(made.positive, mine));
    EXPECT_TRUE(contains(made.positive, "A mystical elven sorceress with silver hair"));
    EXPECT_TRUE(contains(made.positive, "elf woman"));
    EXPECT_FALSE(contains(made.positive, "head and shoulders"));

    inputs.positive_text = std::string(limits::prompt_chars, 'x');
    EXPECT_THROW(compose_prompt(inputs), error);
    inputs.positive_text.reset();
    inputs.negative_text = std::string(limits::prompt_chars, 'x');
    EXPECT_THROW(compose_prompt(inputs), error);
}

// What we add to a harmless description never makes it refused, in any mood or style.
TEST(prompt, our_own_words_pass_the_policy) {
    const content_policy policy;
    std::ifstream table(MEDUSA_ROOT "/tests/data/looks.txt");
    std::string line;
    std::size_t rows = 0;
    while (std::getline(table, line)) {
        if (line.empty() || line.starts_with("#") || line.starts_with(" ")) continue;
        auto inputs = luna();
        inputs.description = line;
        inputs.appearance = parse_look(line, {});
        inputs.style = styles()[rows % styles().size()].name;
        inputs.mood = mood_table()[rows % mood_table().size()].first;
        inputs.safety_negatives = safety_negatives();
        const auto made = compose_prompt(inputs);
        const auto found =
            policy.check({{{"prompt", made.positive}}, {{"negative", made.negative}}});
        EXPECT_FALSE(found) << found->field << ": " << made.positive << "\n" << made.negative;
        ++rows;
    }
    EXPECT_GE(rows, 200u);
}

TEST(prompt, counts_characters_and_not_bytes) {
    auto inputs = luna();
    std::string letters;
    for (int i = 0; i < 5'000; ++i) letters += "é";
    inputs.positive_text = letters;
    EXPECT_TRUE(contains(compose_prompt(inputs).positive, "head and shoulders"));
}

}  // namespace
}  // namespace medusa
