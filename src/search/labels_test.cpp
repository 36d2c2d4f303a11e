#include "search/labels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace medusa {
namespace {

using numbers = std::vector<std::uint32_t>;

TEST(packed_labels, give_back_what_was_packed) {
    std::mt19937 dice(1);
    for (std::size_t size = 0; size < 200; ++size) {
        std::set<std::uint32_t> chosen;
        while (chosen.size() < size) {
            chosen.insert(static_cast<std::uint32_t>(dice()) >> (dice() % 32));
        }
        const numbers all(chosen.begin(), chosen.end());
        auto packed = packed_labels::of(all);
        EXPECT_EQ(packed.unpacked(), all);
        EXPECT_TRUE(packed.contains({}));
        EXPECT_TRUE(packed.contains(all));
        for (const auto number : all) {
            EXPECT_TRUE(packed.contains(numbers{number}));
            EXPECT_EQ(packed.contains(numbers{number + 1}), chosen.contains(number + 1));
        }
        packed.drop();
        EXPECT_TRUE(packed.unpacked().empty());
    }
}

TEST(packed_labels, want_all_of_a_filter) {
    const auto packed = packed_labels::of(numbers{2, 3, 500, 70'000});
    EXPECT_TRUE(packed.contains(numbers{2, 70'000}));
    EXPECT_FALSE(packed.contains(numbers{2, 4, 70'000}));
    EXPECT_FALSE(packed.contains(numbers{0}));
    EXPECT_FALSE(packed.contains(numbers{70'001}));
}

TEST(label_book, numbers_the_same_label_alike_and_tells_kinds_apart) {
    label_book book;
    const entry_labels labels{"a", "a", {"b", "a", "b", ""}};
    const auto first = book.numbers_for(labels);
    EXPECT_EQ(first.size(), 4);
    EXPECT_EQ(book.numbers_for(labels), first);
    EXPECT_EQ(book.named(first), (entry_labels{"a", "a", {"a", "b"}}));
}

TEST(label_book, tells_how_many_entries_may_fit) {
    label_book book;
    const auto both = book.numbers_for({"ann", "anime", {}});
    const auto one = book.numbers_for({"ann", "", {}});
    book.count(both, +1);
    book.count(one, +1);
    EXPECT_EQ(book.filter_for({"ann", "", {}}).fitting_max, 2);
    EXPECT_EQ(book.filter_for({"ann", "anime", {}}).fitting_max, 1);
    EXPECT_EQ(book.filter_for({"ann", "photo", {}}).fitting_max, 0);
    EXPECT_EQ(book.filter_for({}).fitting_max, SIZE_MAX);
    book.count(both, -1);
    EXPECT_EQ(book.filter_for({"", "anime", {}}).fitting_max, 0);
}

}  // namespace
}  // namespace medusa
