#include "engine/sketch/dice_random.hpp"

#include <gtest/gtest.h>

#include <string>

namespace medusa::sketch {
namespace {

std::string joined(const std::vector<std::string>& items) {
    std::string all;
    for (const auto& item : items) all += item;
    return all;
}

// Drawn once with @dicebear/core 10.7.0.
struct expected_row {
    const char* seed;
    std::uint32_t hash;
    double value;
    std::int64_t integer;
    double floating, stepped;
    const char *picked, *weighted, *shuffled;
    bool boolean;
};
constexpr expected_row expected[] = {
    {"", 2166136261, 0.7715103174559772, 6, 0.6887, 0.25, "a", "y", "acbde", false},
    {"42", 2279835011, 0.011718658031895757, 9, -0.4178, 0, "c", "y", "dabce", false},
    {"Luna Starweaver", 3498827113, 0.6544144779909402, -3, -0.3481, 0.5, "c", "x", "cedba", true},
    {"żółw 🐢", 823774082, 0.6472632496152073, -2, -0.7879, 1, "c", "y", "beacd", false},
};

TEST(dice_random, draws_what_the_reference_draws) {
    for (const auto& row : expected) {
        SCOPED_TRACE(row.seed);
        const dice_random random(row.seed);
        EXPECT_EQ(fnv1a(row.seed), row.hash);
        EXPECT_EQ(random.value("hair"), row.value);
        EXPECT_EQ(random.integer("n", -3, 9), row.integer);
        EXPECT_EQ(random.integer("n", 9, -3), row.integer);
        EXPECT_EQ(random.floating("f", -1, 1), row.floating);
        EXPECT_EQ(random.floating("g", 0, 1, 0.25), row.stepped);
        EXPECT_EQ(random.pick("p", {"c", "a", "b", "a"}), row.picked);
        EXPECT_EQ(random.weighted_pick("w", {{"z", 1}, {"y", 5}, {"x", 2}}), row.weighted);
        EXPECT_EQ(joined(random.shuffle("s", {"e", "d", "c", "b", "a"})), row.shuffled);
        EXPECT_EQ(random.boolean("b", 30), row.boolean);
    }
}

TEST(dice_random, odd_lists) {
    const dice_random random("42");
    EXPECT_FALSE(random.pick("k", {}));
    EXPECT_FALSE(random.weighted_pick("k", {}));
    EXPECT_EQ(random.weighted_pick("k", {{"only", 0}}), "only");
    EXPECT_TRUE(random.shuffle("k", {}).empty());
    EXPECT_EQ(random.shuffle("k", {"a", "a"}).size(), 1U);
}

TEST(dice_random, likelihood_bounds) {
    for (int i = 0; i < 200; ++i) {
        const dice_random random(std::to_string(i));
        EXPECT_FALSE(random.boolean("k", 0));
        EXPECT_TRUE(random.boolean("k", 100));
    }
}

}  // namespace
}  // namespace medusa::sketch
