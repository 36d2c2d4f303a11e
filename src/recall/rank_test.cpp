#include "recall/rank.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace medusa {
namespace {

std::vector<std::int64_t> ids_of(const std::vector<ranked>& found) {
    std::vector<std::int64_t> ids;
    for (const auto& one : found) ids.push_back(one.id);
    return ids;
}

TEST(fusion, who_is_in_both_rankings_goes_before_who_is_first_in_one) {
    const std::vector<std::int64_t> rankings[] = {{1, 2, 3}, {4, 2}};
    EXPECT_EQ(ids_of(fused(rankings)), (std::vector<std::int64_t>{2, 1, 4, 3}));
}

TEST(fusion, a_score_is_a_share_of_the_best_there_can_be) {
    const std::vector<std::int64_t> rankings[] = {{7, 8}, {7}};
    const auto found = fused(rankings);
    EXPECT_DOUBLE_EQ(found[0].score, 1);
    EXPECT_NEAR(found[1].score, 61.0 / 62 / 2, 1e-12);
    EXPECT_TRUE(fused({}).empty());
}

TEST(fusion, an_empty_ranking_leaves_the_order_of_the_other) {
    const std::vector<std::int64_t> rankings[] = {{9, 3, 5}, {}};
    EXPECT_EQ(ids_of(fused(rankings)), (std::vector<std::int64_t>{9, 3, 5}));
    EXPECT_DOUBLE_EQ(fused(rankings)[0].score, 1);
}

TEST(variety, a_twin_of_what_was_picked_gives_way_to_something_else) {
    const ranked candidates[] = {{1, 0.9}, {2, 0.89}, {3, 0.7}};
    const auto alike = [](std::size_t a, std::size_t b) { return a + b == 1 ? 0.99 : 0.2; };
    EXPECT_EQ(ids_of(varied(candidates, 2, 0.3, alike)), (std::vector<std::int64_t>{1, 3}));
    EXPECT_EQ(ids_of(varied(candidates, 3, 0.3, alike)), (std::vector<std::int64_t>{1, 3, 2}));
}

TEST(variety, without_it_the_order_stays) {
    const ranked candidates[] = {{1, 0.9}, {2, 0.89}, {3, 0.7}};
    const auto alike = [](std::size_t, std::size_t) { return 1.0; };
    EXPECT_EQ(ids_of(varied(candidates, 9, 0, alike)), (std::vector<std::int64_t>{1, 2, 3}));
    EXPECT_TRUE(varied({}, 5, 0.3, alike).empty());
}

}  // namespace
}  // namespace medusa
