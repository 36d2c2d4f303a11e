#include "embed/minilm/wordpiece.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace medusa {
namespace {

// Ids are the line numbers: 0 [UNK], 1 [CLS], 2 [SEP], 3 silver, ...
const wordpiece& sample() {
    static const wordpiece tokenizer(
        "[UNK]\n[CLS]\n[SEP]\nsilver\nhair\n,\ncafe\nsor\n##cer\n##ess\n月\n$\nstrasse\n東\n");
    return tokenizer;
}

struct tokens_case {
    const char* text;
    std::vector<std::int32_t> ids;
};

class tokens : public testing::TestWithParam<tokens_case> {};

TEST_P(tokens, are_those_of_the_published_tokenizer) {
    EXPECT_EQ(sample().encode(GetParam().text, 256), GetParam().ids) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    table, tokens,
    testing::Values(tokens_case{"", {1, 2}}, tokens_case{" \t\n ", {1, 2}},
                    tokens_case{"Silver hair", {1, 3, 4, 2}},
                    tokens_case{"silver,hair", {1, 3, 5, 4, 2}},      // punctuation stands alone
                    tokens_case{"$silver$", {1, 11, 3, 11, 2}},       // so do ASCII symbols
                    tokens_case{"Café", {1, 6, 2}},                   // accents are dropped
                    tokens_case{"cafe\xcc\x81", {1, 6, 2}},           // however they are written
                    tokens_case{"SORCERESS", {1, 7, 8, 9, 2}},        // pieces of a word
                    tokens_case{"sorcery", {1, 0, 2}},                // a rest that is unknown
                    tokens_case{"月東", {1, 10, 13, 2}},              // Han stands alone
                    tokens_case{"sil\xe2\x80\x8bver", {1, 3, 2}},     // zero-width space: no space
                    tokens_case{"sil\x01ver\xff", {1, 3, 2}},         // controls, damaged UTF-8
                    tokens_case{"silver\xc2\xa0hair", {1, 3, 4, 2}},  // no-break space: a space
                    tokens_case{"🧙", {1, 0, 2}}, tokens_case{"[SEP]", {1, 0, 0, 0, 2}}));

TEST(wordpiece, cuts_a_long_text_and_keeps_its_end_mark) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "silver ";
    const auto ids = sample().encode(text, 256);
    ASSERT_EQ(ids.size(), 256U);
    EXPECT_EQ(ids.front(), 1);
    EXPECT_EQ(ids[254], 3);
    EXPECT_EQ(ids.back(), 2);
}

TEST(wordpiece, cuts_within_a_word) {
    EXPECT_EQ(sample().encode("silver sorceress", 4), (std::vector<std::int32_t>{1, 3, 7, 2}));
}

TEST(wordpiece, calls_a_word_of_over_100_characters_unknown) {
    std::string pieces = "sor";
    while (pieces.size() < 99) pieces += "cer";
    EXPECT_EQ(sample().encode(pieces + "c", 256).size(), 3U);  // 100 characters, but no such rest
    EXPECT_EQ(sample().encode(pieces, 256).size(), 2 + 99 / 3);
    EXPECT_EQ(sample().encode(pieces + "cer", 256), (std::vector<std::int32_t>{1, 0, 2}));
}

TEST(wordpiece, refuses_a_vocabulary_without_the_marks) {
    try {
        wordpiece damaged("silver\nhair\n");
        FAIL() << "a damaged vocabulary was accepted";
    } catch (const error& failure) {
        EXPECT_EQ(failure.code(), errc::corrupted);
    }
}

}  // namespace
}  // namespace medusa
