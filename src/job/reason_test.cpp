#include "job/reason.hpp"

#include <gtest/gtest.h>

namespace medusa {
namespace {

job ended_as(job_state state) {
    job one;
    one.id = "the-id";
    one.status.state = state;
    one.failures = {{{}, job_stage::accepted, "timed_out", "too slow", "wait"},
                    {{}, job_stage::accepted, "unauthorized", "who are you", "look at the token"}};
    return one;
}

TEST(reason, is_the_newest_failure) {
    const auto reason = reason_of(ended_as(job_state::failed));
    EXPECT_EQ(reason.code(), errc::unauthorized);
    EXPECT_EQ(reason.detail(), "who are you");
    EXPECT_EQ(reason.advice(), "look at the token");
}

TEST(reason, of_a_cancelled_job_is_that_it_was_cancelled_and_how_it_runs_again) {
    const auto reason = reason_of(ended_as(job_state::cancelled));
    EXPECT_EQ(reason.code(), errc::cancelled);
    EXPECT_EQ(reason.detail(), "the job was cancelled");
    EXPECT_EQ(reason.advice(),
              "Once more: medusa jobs retry the-id, or POST /api/jobs/the-id/retry");
}

}  // namespace
}  // namespace medusa
