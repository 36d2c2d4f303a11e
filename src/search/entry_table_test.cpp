#include "search/entry_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace medusa {
namespace {

std::uint32_t put(entry_table& table, std::int64_t id) {
    const auto slot = table.take_slot();
    table.show(slot, id, entry_labels{});
    if (const auto former = table.settle(slot)) table.retire(*former);
    return slot;
}

TEST(entry_table, finds_every_id_after_any_number_of_writes) {
    entry_table table;
    std::mt19937 dice(1);
    std::map<std::int64_t, std::uint32_t> judge;
    for (int step = 0; step < 60'000; ++step) {
        const auto id = static_cast<std::int64_t>(dice() % 9'000) - 4'000;
        if (dice() % 3 == 0) {
            const auto slot = table.remove(id);
            EXPECT_EQ(slot.has_value(), judge.erase(id) > 0);
            if (slot) table.retire(*slot);
        } else {
            judge[id] = put(table, id);
        }
    }
    for (std::int64_t id = -5'000; id < 6'000; ++id) {
        const auto slot = table.find(id);
        ASSERT_EQ(slot.has_value(), judge.contains(id)) << id;
        if (slot) {
            EXPECT_EQ(*slot, judge[id]);
        }
    }
    EXPECT_EQ(table.size(), judge.size());
    EXPECT_EQ(table.ids().size(), judge.size());
    EXPECT_LT(table.end(), judge.size() + 100) << "slots of removed entries are used again";
}

TEST(entry_table, a_slot_that_a_reader_may_have_met_is_not_used_again) {
    entry_table table;
    const auto slot = put(table, 1);
    {
        const auto reading = table.guard();
        table.retire(*table.remove(1));
        for (std::int64_t id = 2; id < 100; ++id) {
            EXPECT_NE(put(table, id), slot);
        }
    }
    bool again = false;
    for (std::int64_t id = 100; id < 110; ++id) {
        again |= put(table, id) == slot;
    }
    EXPECT_TRUE(again);
}

TEST(entry_table, tells_a_search_what_was_replaced_during_it) {
    entry_table table;
    put(table, 1);
    put(table, 2);
    const auto mark = table.move_mark();
    std::vector<std::uint32_t> told;
    const auto tell = [&](std::uint32_t slot) { told.push_back(slot); };
    EXPECT_TRUE(table.offer_moved(mark, tell));
    EXPECT_TRUE(told.empty());
    const auto slot = put(table, 1);
    std::uint32_t again = 0;
    EXPECT_TRUE(table.offer_moved(mark, [&](std::uint32_t moved) {
        if (told.empty()) again = put(table, 1);
        tell(moved);
    }));
    EXPECT_EQ(told, (std::vector{slot, again})) << "what is replaced meanwhile as well";
    for (int times = 0; times < 1'000; ++times) {
        put(table, 2);
    }
    EXPECT_FALSE(table.offer_moved(mark, tell)) << "too many to remember";
}

TEST(entry_table, does_not_run_after_a_writer_for_ever) {
    entry_table table;
    put(table, 1);
    const auto mark = table.move_mark();
    put(table, 1);
    EXPECT_FALSE(table.offer_moved(mark, [&](std::uint32_t) { put(table, 1); }));
}

}  // namespace
}  // namespace medusa
