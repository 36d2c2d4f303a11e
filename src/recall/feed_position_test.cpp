#include "recall/feed_position.hpp"

#include <gtest/gtest.h>

namespace medusa {
namespace {

using namespace std::chrono_literals;
using notes = std::vector<character_change_note>;

const auto noon = from_rfc3339("2026-11-23T12:00:00.000Z");

TEST(feed_position, a_feed_in_order_is_asked_for_what_is_above_the_last) {
    feed_position position("store", 0ms);
    EXPECT_EQ(position.look_from(0ms), 0);
    position.followed({{3, 100}, {7, 101}}, 10ms);
    EXPECT_EQ(position.look_from(10ms), 7);
    EXPECT_EQ(position.text(noon), "store 7 7 2026-11-23T12:00:00.000Z");
}

TEST(feed_position, what_comes_to_light_late_is_found_by_a_second_look) {
    feed_position position("store", 10min);
    position.followed({{5, 100}}, 0ms);
    EXPECT_EQ(position.look_from(0ms), 0);  // for what is below 5
    EXPECT_EQ(position.look_from(1s), 5);   // not each time
    EXPECT_EQ(position.look_from(31s), 0);
    EXPECT_EQ(position.unseen({{4, 99}, {5, 100}}), (notes{{4, 99}}));
    position.followed({{4, 99}}, 31s);
    EXPECT_TRUE(position.unseen({{4, 99}, {5, 100}}).empty());
}

TEST(feed_position, after_the_longest_disorder_nothing_is_looked_for_again) {
    feed_position position("store", 10min);
    position.followed({{5, 100}}, 0ms);
    position.followed({{9, 101}}, 9min);
    position.followed({}, 10min);
    EXPECT_EQ(position.look_from(10min), 5);
    position.followed({}, 19min);
    EXPECT_EQ(position.look_from(20min), 9);
    EXPECT_TRUE(position.unseen({{5, 100}, {9, 101}}).empty());
}

TEST(feed_position, a_position_that_was_kept_long_enough_is_settled) {
    feed_position before("store", 10min);
    before.followed({{5, 100}}, 0ms);
    const auto kept = before.text(noon);
    auto soon = feed_position::from(kept, "store", 10min, noon + 1min);
    ASSERT_TRUE(soon);
    EXPECT_EQ(soon->look_from(0ms), 0);
    auto late = feed_position::from(kept, "store", 10min, noon + 10min);
    ASSERT_TRUE(late);
    EXPECT_EQ(late->look_from(0ms), 5);
}

TEST(feed_position, what_is_no_position_of_this_store_is_none) {
    for (const auto* text :
         {"", "store", "other 1 1 2026-11-23T12:00:00.000Z", "store 2 1 2026-11-23T12:00:00.000Z",
          "store -1 1 2026-11-23T12:00:00.000Z", "store 1 1 yesterday",
          "store 1 9999999999999999999 2026-11-23T12:00:00.000Z", "store 1 1"})
        EXPECT_FALSE(feed_position::from(text, "store", 0ms, noon)) << text;
    EXPECT_TRUE(feed_position::from("store 1 2 2026-11-23T12:00:00.000Z", "store", 0ms, noon));
}

}  // namespace
}  // namespace medusa
