// Of the store contract, what a sweep relies on: reservations without a record, and their end.
#include <chrono>
#include <thread>

#include "contract/store_contract.hpp"

namespace medusa {
namespace {

const owner_info anna{"local", "anna"};
const owner_info ben{"other", "ben"};

TEST_P(store_contract, tells_which_reservations_have_no_record_and_since_when) {
    const auto before = system_clock().now();
    const auto recorded = store_.reserved->reserve("recorded", anna, "luna");
    store_.characters->save(record_for("recorded", anna, recorded, "Luna"));
    const auto held = store_.reserved->reserve("crashed", anna, "luna");
    const auto other = store_.reserved->reserve("waiting", ben, "zara");
    const auto found = store_.reserved->unused();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].job_id, "crashed");
    EXPECT_EQ(found[0].held, held);
    EXPECT_EQ(found[1].held, other);
    for (const auto& one : found) {
        EXPECT_GE(one.asked_at, before);
        EXPECT_LE(one.asked_at, system_clock().now());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    store_.reserved->reserve("crashed", anna, "luna");
    EXPECT_GT(store_.reserved->unused().at(0).asked_at, found[0].asked_at);
}

TEST_P(store_contract, what_a_job_has_reserved_is_found_until_it_is_given_up) {
    EXPECT_FALSE(store_.reserved->find("a"));
    const auto held = store_.reserved->reserve("a", anna, "luna");
    store_.reserved->reserve("b", ben, "luna");
    EXPECT_EQ(store_.reserved->find("a")->held, held);
    store_.reserved->release("a");
    EXPECT_FALSE(store_.reserved->find("a"));
    const auto recorded = store_.reserved->reserve("c", anna, "luna");
    store_.characters->save(record_for("c", anna, recorded, "Luna"));
    EXPECT_EQ(store_.reserved->find("c")->held, recorded);
}

TEST_P(store_contract, an_unused_reservation_can_be_given_up_as_it_was_found) {
    const auto held = store_.reserved->reserve("a", anna, "luna");
    store_.images->save(image_for("i", held.id));
    const auto found = store_.reserved->unused().at(0);
    EXPECT_TRUE(store_.reserved->release_unused(found));
    EXPECT_FALSE(store_.reserved->release_unused(found)) << "it is gone already";
    EXPECT_TRUE(store_.reserved->unused().empty());
    EXPECT_FALSE(store_.images->find("i"));
    const auto next = store_.reserved->reserve("b", anna, "luna");
    EXPECT_EQ(next.slug, "luna");
    EXPECT_EQ(next.id, held.id + 1);
}

TEST_P(store_contract, a_reservation_that_is_used_again_is_not_given_up) {
    const auto held = store_.reserved->reserve("a", anna, "luna");
    const auto found = store_.reserved->unused().at(0);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(store_.reserved->reserve("a", anna, "luna"), held);
    EXPECT_FALSE(store_.reserved->release_unused(found)) << "its job asked for it again";
    const auto asked_again = store_.reserved->find("a").value();
    const auto record = record_for("a", anna, held, "Luna");
    ASSERT_TRUE(store_.characters->create(record, image_for("i", held.id)));
    EXPECT_FALSE(store_.reserved->release_unused(asked_again)) << "it has its record";
    EXPECT_EQ(store_.characters->find(held.id), record);
    EXPECT_TRUE(store_.images->find("i"));
    EXPECT_EQ(store_.reserved->reserve("a", anna, "luna"), held);
    EXPECT_EQ(store_.reserved->finish_begun(), 0u) << "nothing was cut short";
}

TEST_P(store_contract, tells_the_folders_of_all_users) {
    EXPECT_TRUE(store_.reserved->user_folders().empty());
    store_.reserved->reserve("a", {"u2", "Anna"}, "luna");
    store_.reserved->user_folder({"u1", "anna"});
    const auto found = store_.reserved->user_folders();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].user_id, "u2");
    EXPECT_EQ(found[0].folder, "anna");
    EXPECT_EQ(found[1].user_id, "u1");
    EXPECT_EQ(found[1].folder, "anna-2");
}

}  // namespace
}  // namespace medusa
