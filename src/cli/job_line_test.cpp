#include "cli/job_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace medusa {
namespace {

using namespace std::chrono_literals;

constexpr time_point now{1'000'000s};

std::vector<listed_job> ended_at(std::initializer_list<std::chrono::seconds> ago) {
    std::vector<listed_job> done(ago.size());
    std::transform(ago.begin(), ago.end(), done.begin(), [](std::chrono::seconds before) {
        listed_job one;
        one.found.updated_at = now - before;
        return one;
    });
    return done;
}

TEST(job_line, the_pace_is_that_of_jobs_that_ended_of_late) {
    EXPECT_EQ(pace_of(ended_at({0s, 4s, 2s}), now - 60s), 2s);
    EXPECT_EQ(pace_of(ended_at({8s, 0s, 500s, 4s}), now - 60s), 4s);
}

TEST(job_line, where_too_little_is_known_nothing_is_said) {
    EXPECT_FALSE(pace_of({}, now - 60s));
    EXPECT_FALSE(pace_of(ended_at({0s, 2s}), now - 60s));
    EXPECT_FALSE(pace_of(ended_at({100s, 102s, 104s}), now - 60s));
}

}  // namespace
}  // namespace medusa
