#include <algorithm>

#include "core/error.hpp"
#include "house_fixture.hpp"
#include "moving/move_assets.hpp"
#include "moving/move_records.hpp"

namespace medusa {
namespace {

using kinds = std::vector<trouble_kind>;

kinds kinds_of(const move_report& report) {
    kinds found;
    for (const auto& one : report.troubles) found.push_back(one.kind);
    std::ranges::sort(found);
    return found;
}

class moved_records : public two_houses {
protected:
    move_report move() { return move_records(here_.store, there_.store, quiet()); }
};

TEST_F(moved_records, are_all_there_with_what_was_given_out) {
    for (int i = 0; i < 9; ++i) here_.make(std::to_string(i), "Luna");
    here_.make("z", "Zoë 🌙", {"other", "Änna"});
    const auto gone = here_.make("gone", "Gone");
    here_.store.characters->remove(gone.id);
    const auto report = move();
    EXPECT_EQ(report.found, 10u);
    EXPECT_EQ(report.characters.moved, 10u);
    EXPECT_EQ(report.images.moved, 20u);
    EXPECT_TRUE(report.troubles.empty());
    expect_same_records(here_, there_);
    EXPECT_GT(there_.store.reserved->reserve("next", anna, "luna").id, gone.id);
}

TEST_F(moved_records, are_skipped_when_they_are_there_already) {
    here_.make("a", "Luna");
    move();
    const auto luna = there_.records().at(0);
    there_.store.images->relocate(luna.id, {.avatar = "https://elsewhere/x.png"});
    here_.make("b", "Zara");
    const auto report = move();
    EXPECT_EQ(report.characters.moved, 1u);
    EXPECT_EQ(report.characters.same, 1u);
    EXPECT_EQ(report.images.same, 2u);
    EXPECT_EQ(there_.store.characters->find(luna.id)->avatar, "https://elsewhere/x.png");
    expect_same_records(here_, there_);
}

TEST_F(moved_records, never_replace_others) {
    const auto luna = here_.make("a", "Luna");
    here_.make("b", "Zara");
    const auto other = there_.make("x", "Other");
    ASSERT_EQ(other.id, luna.id);
    const auto report = move();
    ASSERT_EQ(kinds_of(report), kinds{trouble_kind::conflict});
    EXPECT_EQ(report.troubles[0].what, "character 123456");
    EXPECT_EQ(report.characters.moved, 1u);
    EXPECT_EQ(there_.store.characters->find(luna.id), other);
    EXPECT_EQ(there_.images(luna.id).size(), 2u);
}

TEST_F(moved_records, of_a_user_whose_folder_is_another_there_stay) {
    there_.store.reserved->user_folder({"stranger", "anna"});
    here_.make("a", "Luna");
    const auto report = move();
    EXPECT_EQ(kinds_of(report), kinds{trouble_kind::conflict});
    EXPECT_TRUE(there_.records().empty());
}

TEST_F(moved_records, that_are_damaged_are_named_and_the_others_move) {
    for (const auto* job : {"a", "b", "c"}) here_.make(job, "Luna");
    here_.damage("UPDATE characters SET record = '{' WHERE id = 123457");
    here_.damage("UPDATE images SET record = '{' WHERE id = 'c-portrait'");
    const auto report = move();
    EXPECT_EQ(report.found, 3u);
    EXPECT_EQ(report.characters.moved, 2u);
    EXPECT_EQ(report.images.moved, 3u);
    ASSERT_EQ(kinds_of(report), (kinds{trouble_kind::damaged, trouble_kind::damaged}));
    EXPECT_EQ(report.troubles[0].what, "character 123457");
    EXPECT_EQ(report.troubles[1].what, "image c-portrait of character 123458");
}

TEST_F(moved_records, that_were_stopped_go_on) {
    for (int i = 0; i < 8; ++i) here_.make(std::to_string(i), "Luna");
    EXPECT_THROW(move_records(here_.store, there_.store, stopped_at(4, {})), error);
    const auto before = there_.records().size();
    EXPECT_LT(before, 8u);
    const auto report = move();
    EXPECT_EQ(report.characters.same, before);
    EXPECT_EQ(report.characters.moved, 8 - before);
    expect_same_records(here_, there_);
}

class moved_files : public two_houses {
protected:
    move_report move() { return move_assets(here_.store, *here_.assets, *there_.assets, quiet()); }
    std::string avatar_of(const character& one) {
        return here_.store.characters->find(one.id)->avatar;
    }
};

TEST_F(moved_files, are_all_there_and_their_records_lead_there) {
    const auto luna = here_.make("a", "Luna");
    const auto before = here_.images(luna.id);
    const auto report = move();
    EXPECT_EQ(report.files.moved, 5u);
    EXPECT_EQ(report.characters.moved, 1u);
    EXPECT_TRUE(report.troubles.empty());
    expect_same_assets(here_, there_);
    EXPECT_EQ(avatar_of(luna), "https://there/anna/characters/luna/avatar/a-avatar.png");
    EXPECT_EQ(here_.store.characters->find(luna.id)->embeddings.url,
              "https://there/anna/characters/luna/embeddings/embeddings.json");
    for (const auto& one : here_.store.images->of_character(luna.id))
        EXPECT_EQ(one.url, "https://there/" + one.path);
    EXPECT_EQ(here_.images(luna.id), before) << "nothing else changed";
    EXPECT_EQ(here_.store.characters->find(luna.id)->updated_at, luna.updated_at);
}

TEST_F(moved_files, are_skipped_when_they_are_there_even_without_the_source) {
    const auto luna = here_.make("a", "Luna");
    move();
    for (const auto& path : here_.assets->list("")) here_.assets->remove(path);
    const auto report = move();
    EXPECT_EQ(report.files.same, 5u);
    EXPECT_EQ(report.files.moved, 0u);
    EXPECT_EQ(report.characters.same, 1u);
    EXPECT_TRUE(report.troubles.empty());
}

TEST_F(moved_files, never_replace_others_and_then_the_records_stay) {
    const auto luna = here_.make("a", "Luna");
    const auto zara = here_.make("b", "Zara");
    const auto path = "anna/characters/luna/avatar/a-avatar.png";
    there_.assets->put(path, "another");
    const auto report = move();
    EXPECT_EQ(kinds_of(report), (kinds{trouble_kind::conflict, trouble_kind::refused}));
    EXPECT_EQ(there_.assets->get(path), "another");
    EXPECT_EQ(avatar_of(luna), luna.avatar);
    EXPECT_NE(avatar_of(zara), zara.avatar);
}

TEST_F(moved_files, that_are_missing_or_damaged_are_named_and_the_records_stay) {
    const auto luna = here_.make("a", "Luna");
    const auto zara = here_.make("b", "Zara");
    here_.assets->remove("anna/characters/luna/avatar/a-avatar.png");
    here_.assets->put("anna/characters/zara/images/b-portrait.png", "rotten", if_present::replace);
    const auto report = move();
    EXPECT_EQ(kinds_of(report), (kinds{trouble_kind::damaged, trouble_kind::missing,
                                       trouble_kind::refused, trouble_kind::refused}));
    EXPECT_EQ(avatar_of(luna), luna.avatar);
    EXPECT_EQ(avatar_of(zara), zara.avatar);
    EXPECT_FALSE(there_.assets->get("anna/characters/zara/images/b-portrait.png"));
}

TEST_F(moved_files, leave_addresses_of_other_places_alone) {
    auto record = record_for("import", anna, {.id = 200'000, .slug = "old"}, "Old");
    record.avatar = "https://old.example/pictures/old.png";
    record.embeddings.url = "https://old.example/old.json";
    here_.store.characters->save(record);
    const auto report = move();
    EXPECT_TRUE(report.troubles.empty());
    EXPECT_EQ(here_.store.characters->find(200'000), record);
}

TEST_F(moved_files, that_were_stopped_go_on) {
    for (int i = 0; i < 8; ++i) here_.make(std::to_string(i), "Luna");
    EXPECT_THROW(move_assets(here_.store, *here_.assets, *there_.assets, stopped_at(4, {})), error);
    const auto report = move();
    EXPECT_GT(report.files.same, 0u);
    EXPECT_EQ(report.files.same + report.files.moved, 40u);
    expect_same_assets(here_, there_);
    for (const auto& one : here_.store.characters->list({}))
        EXPECT_TRUE(one.avatar.starts_with("https://there/"));
}

}  // namespace
}  // namespace medusa
