#include "recall/query_words.hpp"

#include <gtest/gtest.h>

namespace medusa {
namespace {

using words = std::vector<std::string>;

TEST(query_words, what_tells_nobody_apart_is_left_out) {
    EXPECT_EQ(words_of("A shy android who plays music, and who is a SHY one"),
              (words{"shy", "android", "plays", "music", "one"}));
    EXPECT_TRUE(words_of("").empty());
    EXPECT_TRUE(words_of("  who is she? ").empty());
}

TEST(query_words, endings_behind_an_apostrophe_are_no_words) {
    EXPECT_EQ(words_of("the smith's hammer, the king\u2019s crown"),
              (words{"smith", "hammer", "king", "crown"}));
    EXPECT_EQ(words_of("'quoted', she'll, they've"), words{"quoted"});
}

TEST(query_words, every_script_has_words) {
    EXPECT_EQ(words_of("Добрая колдунья"), (words{"добрая", "колдунья"}));
    EXPECT_EQ(words_of("सफेद बाल"), (words{"सफेद", "बाल"}));
    EXPECT_EQ(words_of("剣士。"), (words{"剣士"}));
}

TEST(query_words, nothing_of_a_query_language_is_left) {
    EXPECT_EQ(words_of("\"luna\" OR name:* NEAR(x) -sol; DROP TABLE characters; $where {}"),
              (words{"luna", "name", "near", "x", "sol", "drop", "table", "characters", "where"}));
}

TEST(query_words, neighbours_may_be_written_as_one) {
    EXPECT_EQ(joined({"eye", "patch", "pirate"}), (words{"eyepatch", "patchpirate"}));
    EXPECT_TRUE(joined({"eye"}).empty());
}

TEST(query_words, a_long_text_is_cut) {
    std::string text;
    for (int i = 0; i < 10'000; ++i) text += "word" + std::to_string(i) + " ";
    EXPECT_EQ(words_of(text).size(), query_words_max);
}

TEST(query_words, words_are_the_same_but_for_their_endings) {
    EXPECT_TRUE(same_stem("plays", "playing"));
    EXPECT_TRUE(same_stem("elf", "elf"));
    EXPECT_FALSE(same_stem("elf", "else"));
    EXPECT_FALSE(same_stem("playful", "playground"));
    EXPECT_FALSE(same_stem("", "a"));
    for (const auto& [a, b] : {std::pair("dance", "dancing"),
                               {"stories", "story"},
                               {"bake", "baker"},
                               {"running", "run"},
                               {"happy", "happily"},
                               {"music", "musician"},
                               {"box", "boxes"},
                               {"baking", "bakes"}})
        EXPECT_TRUE(same_stem(a, b) && same_stem(b, a)) << a << " " << b;
    for (const auto& [a, b] : {std::pair("anime", "animals"),
                               {"care", "cars"},
                               {"queen", "quest"},
                               {"general", "gentle"}})
        EXPECT_FALSE(same_stem(a, b) || same_stem(b, a)) << a << " " << b;
}

}  // namespace
}  // namespace medusa
