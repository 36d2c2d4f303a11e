#include "http/rate_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace medusa::http {
namespace {

using namespace std::chrono_literals;

const rate_limit::moment start{1h};

TEST(http_rate_limit, a_bucket_empties_and_fills_evenly) {
    rate_limit limit({.requests = 6, .window = 60s}, 10);
    for (int i = 1; i <= 6; ++i) {
        const auto at = limit.take("anna", start);
        EXPECT_TRUE(at.allowed);
        EXPECT_EQ(at.left, 6 - i);
        EXPECT_EQ(at.full, i * 10s);
    }
    const auto refused = limit.take("anna", start);
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.pause, 10s);
    EXPECT_EQ(refused.full, 60s) << "a refusal costs nothing";
    EXPECT_TRUE(limit.take("ben", start).allowed) << "each has a bucket of their own";
    EXPECT_FALSE(limit.take("anna", start + 9s).allowed);
    EXPECT_EQ(limit.take("anna", start + 9'500ms).pause, 1s) << "rounded up";
    EXPECT_TRUE(limit.take("anna", start + 10s).allowed);
    EXPECT_FALSE(limit.take("anna", start + 10s).allowed);
    EXPECT_EQ(limit.look("anna", start + 1h).left, 6) << "never more than a whole bucket";
}

TEST(http_rate_limit, over_any_time_no_more_than_the_rate_and_one_bucket_pass) {
    rate_limit limit({.requests = 10, .window = 1s}, 10);
    int passed = 0;
    for (auto now = start; now < start + 60s; now += 7ms) passed += limit.take("anna", now).allowed;
    EXPECT_LE(passed, 610);
    EXPECT_GE(passed, 605);
}

TEST(http_rate_limit, remembers_so_many_and_forgets_those_who_asked_long_ago) {
    rate_limit limit({.requests = 1, .window = 60s}, 1'000);
    limit.take("anna", start);
    for (int i = 0; i < 400; ++i) limit.take(std::to_string(i), start);
    EXPECT_FALSE(limit.take("anna", start).allowed);
    for (int i = 0; i < 100'000; ++i) {
        limit.take(std::to_string(i), start);
        if (i % 300 == 0) {
            EXPECT_FALSE(limit.take("anna", start).allowed) << "still asking " << i;
        }
    }
    for (int i = 0; i < 2'000; ++i) limit.take(std::to_string(i), start);
    EXPECT_FALSE(limit.knows("anna"));
    EXPECT_TRUE(limit.take("anna", start).allowed);
    limit.forget("anna");
    EXPECT_FALSE(limit.knows("anna"));
}

TEST(http_rate_limit, holds_among_threads) {
    rate_limit limit({.requests = 100, .window = 60s}, 10);
    std::atomic<int> passed = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < 100; ++n) passed += limit.take("anna", start).allowed;
            });
    }
    EXPECT_EQ(passed, 100);
}

}  // namespace
}  // namespace medusa::http
