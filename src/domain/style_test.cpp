#include "domain/style.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/error.hpp"

namespace medusa {
namespace {

TEST(style, the_eight_are_there_and_differ) {
    std::set<std::string> names;
    std::set<std::vector<std::string>> words;
    for (const auto& style : styles()) {
        names.insert(style.name);
        words.insert(style.words);
        EXPECT_FALSE(style.words.empty()) << style.name;
        EXPECT_FALSE(style.negative_words.empty()) << style.name;
        EXPECT_EQ(style.model,
                  style.name == "realistic" ? "cyberrealistic.safetensors" : "diving.safetensors");
    }
    EXPECT_EQ(names, (std::set<std::string>{"anime", "fantasy", "realistic", "cartoon", "cyberpunk",
                                            "watercolor", "pixel-art", "comic"}));
    EXPECT_EQ(words.size(), names.size());
    EXPECT_TRUE(names.count(std::string(default_style)));
}

TEST(style, is_found_as_people_type_it) {
    for (const char* typed : {"pixel-art", "Pixel Art", "PIXEL_ART", " pixel  art "})
        EXPECT_EQ(style_of(typed).name, "pixel-art") << typed;
}

TEST(style, an_unknown_one_is_refused_with_advice) {
    try {
        style_of("fantasi");
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.code(), errc::invalid_argument);
        EXPECT_NE(std::string(e.what()).find("Did you mean \"fantasy\"?"), std::string::npos)
            << e.what();
        EXPECT_NE(e.advice().find("watercolor"), std::string::npos) << e.advice();
    }
    try {
        style_of("opera\x1b[2J");
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.advice().find("Did you mean"), std::string::npos) << e.advice();
        EXPECT_EQ(e.detail().find('\x1b'), std::string::npos);
    }
    EXPECT_THROW(style_of(""), error);
}

}  // namespace
}  // namespace medusa
