#include "domain/traits.hpp"

#include <gtest/gtest.h>

namespace medusa {
namespace {

using words = std::vector<std::string>;

selected_tags tags_for(std::string_view description, const words& tags, std::string_view style) {
    return tags_of(description, tags, parse_look(description, tags), style);
}

struct trait_row {
    const char* description;
    words tags;
    std::string main;
    words subs;
};

TEST(traits, come_from_tags_and_else_from_the_description) {
    const trait_row rows[] = {
        {"A mystical elven sorceress",
         {"mysterious", "wise", "caring", "magical"},
         "mysterious",
         {"wise", "caring", "magical"}},
        {"A hacker",
         {"rebellious", "confident", "tech-savvy"},
         "rebellious",
         {"confident", "tech-savvy"}},
        {"A brave knight", {"a", "b", "c", "d", "e", "f"}, "a", {"b", "c", "d"}},
        {"x", {"", " ", " wise ", "wise", "bold"}, "wise", {"bold"}},
        {"A brave, loyal and quick-witted knight with a Wise smile, stubborn too",
         {},
         "brave",
         {"loyal", "quick-witted", "wise"}},
        {"A mystical elven sorceress with silver hair", {}, "mystical", {}},
        {"She is not shy and never cruel, but she is gentle", {}, "gentle", {}},
        {"A new kind of wizard", {}, "", {}},
        {"A woman with red hair", {}, "", {}},
        {"", {}, "", {}},
    };
    for (const auto& row : rows) {
        const auto made = traits_of(row.description, row.tags);
        EXPECT_EQ(made.main_trait, row.main) << row.description;
        EXPECT_EQ(made.sub_traits, row.subs) << row.description;
    }
}

TEST(traits, tag_groups_of_the_guides_luna) {
    const auto made = tags_for("A mystical elven sorceress with silver hair",
                               {"mysterious", "wise", "caring", "magical"}, "fantasy");
    EXPECT_EQ(made.character_type, (words{"female", "mage"}));
    EXPECT_EQ(made.genre, (words{"fantasy"}));
    EXPECT_EQ(made.personality, (words{"mysterious", "wise", "caring", "magical"}));
    EXPECT_EQ(made.appearance, (words{"silver hair"}));
    EXPECT_EQ(made.origin, (words{"elf"}));
    EXPECT_EQ(made.content_rating, (words{"general"}));
}

TEST(traits, given_tags_win_and_find_their_group) {
    const auto made = tags_for("A brave elf with silver hair and a blue robe",
                               {"red hair", "dwarf", "sci-fi", "warrior", "left-handed"}, "anime");
    EXPECT_EQ(made.character_type, (words{"warrior"}));
    EXPECT_EQ(made.genre, (words{"science fiction", "anime", "fantasy"}));
    EXPECT_EQ(made.personality, (words{"left-handed"}));
    EXPECT_EQ(made.appearance, (words{"red hair", "robe"}));
    EXPECT_EQ(made.origin, (words{"dwarf"}));
}

TEST(traits, nothing_is_made_up) {
    const auto made = tags_for("Somebody", {}, "realistic");
    EXPECT_TRUE(made.character_type.empty());
    EXPECT_TRUE(made.genre.empty());
    EXPECT_TRUE(made.personality.empty());
    EXPECT_TRUE(made.appearance.empty());
    EXPECT_TRUE(made.origin.empty());
    EXPECT_EQ(made.content_rating, (words{"general"}));
}

TEST(traits, genre_is_read_from_words_style_role_and_species) {
    EXPECT_EQ(tags_for("A noir detective", {}, "comic").genre, (words{"mystery"}));
    EXPECT_EQ(tags_for("A cyberpunk hacker", {}, "anime").genre, (words{"cyberpunk", "anime"}));
    EXPECT_EQ(tags_for("An android in a space opera", {}, "realistic").genre,
              (words{"science fiction"}));
    EXPECT_EQ(tags_for("A pirate", {}, "watercolor").genre, (words{"adventure"}));
}

}  // namespace
}  // namespace medusa
