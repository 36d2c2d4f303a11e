// What every store adapter's images must do; part of the store contract.
#include <fmt/format.h>

#include "contract/store_contract.hpp"

namespace medusa {
namespace {

TEST_P(store_contract, images_come_oldest_first) {
    const auto held = store_.reserved->reserve("a", anna, "luna");
    auto late = image_for("late", held.id);
    late.created_at += std::chrono::hours(1);
    const auto early = image_for("early", held.id);
    const auto same_time = image_for("a-but-saved-after-early", held.id);
    for (const auto& record : {late, early, same_time}) store_.images->save(record);
    EXPECT_EQ(store_.images->of_character(held.id), (std::vector{early, same_time, late}));
    EXPECT_EQ(store_.images->find("late"), late);
    EXPECT_FALSE(store_.images->find("none"));
    EXPECT_TRUE(store_.images->of_character(1).empty());
}

TEST_P(store_contract, an_image_needs_its_character) {
    EXPECT_EQ(code_of([&] { store_.images->save(image_for("i", 999'999)); }), errc::not_found);
    const auto held = store_.reserved->reserve("a", anna, "luna");
    store_.images->save(image_for("i", held.id));
    store_.reserved->release("a");
    EXPECT_FALSE(store_.images->find("i"));
}

TEST_P(store_contract, an_image_is_numbered_once) {
    const auto held = store_.reserved->reserve("a", anna, "luna");
    EXPECT_EQ(store_.images->highest_number(), 0);
    store_.images->save(image_for("i", held.id));
    store_.images->set_number("i", 812);
    store_.images->set_number("i", 900);
    EXPECT_EQ(store_.images->find("i")->number, 812);
    EXPECT_EQ(store_.images->highest_number(), 812);
    EXPECT_EQ(store_.images->of_character(held.id).at(0).number, 812);
    EXPECT_EQ(code_of([&] { store_.images->set_number("none", 1); }), errc::not_found);

    store_.images->save(image_for("j", held.id));
    store_.images->set_number("j", 5);
    EXPECT_EQ(store_.images->highest_number(), 812);
    auto counted = image_for("k", held.id);
    counted.number = 813;
    store_.images->save(counted);
    EXPECT_EQ(store_.images->find("k")->number, 813);
    EXPECT_EQ(store_.images->highest_number(), 813);
    auto avatar = image_for("l", held.id);
    avatar.number = 814;
    store_.characters->create(record_for("a", anna, held, "Luna"), avatar);
    EXPECT_EQ(store_.images->find("l")->number, 814);
    EXPECT_EQ(store_.images->highest_number(), 814);
    avatar.number = 900;
    EXPECT_FALSE(store_.characters->create(record_for("a", anna, held, "Luna"), avatar));
    EXPECT_EQ(store_.images->highest_number(), 814) << "the second writer changes nothing";
    store_.characters->remove(held.id);
    EXPECT_EQ(store_.images->highest_number(), 814) << "the highest ever, images may be gone";
}

}  // namespace
}  // namespace medusa
