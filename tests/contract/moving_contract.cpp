#include "contract/store_contract.hpp"
#include "core/limits.hpp"

namespace medusa {
namespace {

const owner_info anna{"local", "anna"};

TEST_P(store_contract, tells_what_it_has_given_out) {
    EXPECT_EQ(store_.books->all().last_id, limits::first_character_id - 1);
    const auto held = store_.reserved->reserve("a", anna, "luna");
    auto avatar = image_for("i", held.id);
    avatar.number = 812;
    store_.characters->create(record_for("a", anna, held, "Luna"), avatar);
    store_.reserved->user_folder({"other", "Anna"});
    const given_out wanted{held.id, 812, {{"local", "anna"}, {"other", "anna-2"}}};
    EXPECT_EQ(store_.books->all(), wanted);
    store_.characters->remove(held.id);
    EXPECT_EQ(store_.books->all(), wanted) << "what was given out once stays so";
}

TEST_P(store_contract, goes_on_above_what_it_takes_over) {
    store_.reserved->user_folder({"u1", "ben"});
    const given_out from{200'000, 812, {{"u1", "zoe"}, {"u2", "ben"}, {"u3", "zoe-2"}}};
    store_.books->take_over(from);
    store_.books->take_over({5, 5, {}});
    const given_out wanted{200'000, 812, {{"u1", "ben"}, {"u3", "zoe-2"}}};
    EXPECT_EQ(store_.books->all(), wanted);
    EXPECT_EQ(store_.images->highest_number(), 812);
    EXPECT_EQ(store_.reserved->reserve("a", {"u3", "Zoe"}, "luna"),
              (reservation{200'001, "luna", "zoe-2"}));
}

TEST_P(store_contract, files_lie_elsewhere_and_nothing_else_changes) {
    const auto held = store_.reserved->reserve("a", anna, "luna");
    auto record = record_for("a", anna, held, "Zoë \"🌙\"");
    record.avatar = "/assets/anna/characters/luna/avatar/i.png";
    record.embeddings.model = "minilm";
    record.generation.settings.cfg = 6.25;
    auto avatar = image_for("i", held.id);
    avatar.number = 7;
    auto portrait = image_for("j", held.id);
    portrait.url = "/assets/j.png";
    store_.characters->create(record, avatar);
    store_.images->save(portrait);

    store_.images->relocate(held.id, {.avatar = "https://x/i.png",
                                      .embeddings = "https://x/e.json",
                                      .images = {{"i", "https://x/i.png"}, {"none", "x"}}});
    record.avatar = avatar.url = "https://x/i.png";
    record.embeddings.url = "https://x/e.json";
    EXPECT_EQ(store_.characters->find(held.id), record);
    EXPECT_EQ(store_.images->of_character(held.id), (std::vector{avatar, portrait}));

    store_.images->relocate(held.id, {.images = {{"j", "https://x/j.png"}}});
    portrait.url = "https://x/j.png";
    EXPECT_EQ(store_.characters->find(held.id), record);
    EXPECT_EQ(store_.images->find("j"), portrait);
}

TEST_P(store_contract, files_of_what_is_gone_or_of_another_are_not_moved) {
    const auto held = store_.reserved->reserve("a", anna, "luna");
    store_.characters->create(record_for("a", anna, held, "Luna"), image_for("i", held.id));
    const auto other = store_.reserved->reserve("b", anna, "zara");
    store_.characters->create(record_for("b", anna, other, "Zara"), image_for("j", other.id));
    store_.images->relocate(held.id, {.images = {{"j", "https://x/j.png"}}});
    EXPECT_EQ(store_.images->find("j"), image_for("j", other.id));
    store_.characters->remove(held.id);
    store_.images->relocate(held.id, {.avatar = "https://x", .images = {{"i", "https://x"}}});
    EXPECT_FALSE(store_.characters->find(held.id));
    EXPECT_FALSE(store_.images->find("i"));
}

}  // namespace
}  // namespace medusa
