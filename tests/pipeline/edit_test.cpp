// What a change of a character's words changes, and what it does not.
#include "pipeline/edit_character.hpp"
#include "story_fixture.hpp"

namespace medusa {
namespace {

class edit_test : public story_test {
protected:
    character made() { return create_character(plain(), luna("a"), quiet()).record; }
    std::string embedded_text(const character& of) {
        const auto bytes =
            assets_->get("anna/characters/" + of.slug + "/embeddings/embeddings.json");
        return bytes.value_or("");
    }
};

TEST_F(edit_test, a_name_changes_and_the_person_stays) {
    const auto before = made();
    const auto text = embedded_text(before);
    const auto after = edit_character(plain(), before, {.name = "  Luna   Starweaver "});
    ASSERT_TRUE(after);
    auto wanted = before;
    wanted.name = "Luna Starweaver";
    wanted.version = before.version + 1;
    wanted.updated_at = after->updated_at;
    wanted.embeddings = after->embeddings;
    EXPECT_EQ(*after, wanted);
    EXPECT_EQ(store_.characters->find(before.id), after);
    EXPECT_EQ(embedded_text(before), text);  // a name says nothing of what somebody is like
}

TEST_F(edit_test, a_description_is_read_anew_and_traits_stay) {
    const auto before = *edit_character(plain(), made(), {.tags = {{"wise", "calm"}}});
    EXPECT_EQ(before.traits.main_trait, "wise");
    const auto after =
        edit_character(plain(), before, {.description = "a brave dwarf with a red beard"});
    ASSERT_TRUE(after);
    EXPECT_EQ(after->appearance.species, "dwarf");
    EXPECT_EQ(after->appearance.hair_color.find("silver"), std::string::npos);
    EXPECT_EQ(after->traits, before.traits);
    EXPECT_EQ(after->character_seed, before.character_seed);
    EXPECT_EQ(after->slug, before.slug);
    EXPECT_EQ(store_.characters->list({.tag = "wise"}).size(), 1u);
}

TEST_F(edit_test, nothing_to_change_changes_nothing) {
    const auto before = made();
    const auto after =
        edit_character(plain(), before, {.name = before.name, .description = before.description});
    EXPECT_EQ(after, before);
}

TEST_F(edit_test, what_is_out_of_range_or_refused_leaves_no_trace) {
    const auto before = made();
    const auto text = embedded_text(before);
    const std::pair<character_change, errc> rows[] = {
        {{.name = ""}, errc::invalid_argument},
        {{.description = std::string(5'000, 'x')}, errc::invalid_argument},
        {{.style = "no style"}, errc::invalid_argument},
        {{.description = "a nude elf"}, errc::refused},
        {{.tags = {{"nude"}}}, errc::refused},
    };
    for (const auto& [wanted, code] : rows) {
        try {
            edit_character(plain(), before, wanted);
            ADD_FAILURE();
        } catch (const error& failure) {
            EXPECT_EQ(failure.code(), code) << failure.what();
        }
    }
    EXPECT_EQ(store_.characters->find(before.id), before);
    EXPECT_EQ(embedded_text(before), text);
}

TEST_F(edit_test, who_comes_second_changes_nothing) {
    const auto before = made();
    const auto first = edit_character(plain(), before, {.description = "a shy android"});
    ASSERT_TRUE(first);
    EXPECT_FALSE(edit_character(plain(), before, {.description = "a proud queen"}));
    EXPECT_EQ(store_.characters->find(before.id), first);
    EXPECT_NE(embedded_text(before).find("android"), std::string::npos) << embedded_text(before);
}

}  // namespace
}  // namespace medusa
