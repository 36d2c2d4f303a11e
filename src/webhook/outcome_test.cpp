#include "webhook/outcome.hpp"

#include <gtest/gtest.h>

namespace medusa {
namespace {

using namespace std::chrono_literals;

const auto now = from_rfc3339("2026-11-23T01:35:09.045Z");

webhook_outcome after(int attempts, const webhook_answer& answer, double unit = 0) {
    webhook_delivery one;
    one.attempts = attempts;
    return after_try(one, answer, now, unit);
}

TEST(outcome, a_success_ends_it) {
    for (const int status : {200, 201, 204, 299}) {
        const auto outcome = after(3, {status, {}, {}});
        EXPECT_EQ(outcome.changed.state, delivery_state::delivered);
        EXPECT_EQ(outcome.changed.attempts, 4);
        EXPECT_EQ(outcome.changed.status, status);
        EXPECT_EQ(outcome.rest, 0ms);
        EXPECT_FALSE(outcome.gone);
    }
}

TEST(outcome, failures_wait_by_the_schedule_and_the_tenth_is_the_last) {
    const std::chrono::milliseconds pauses[] = {5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
    for (int attempts = 0; attempts < 9; ++attempts) {
        const auto early = after(attempts, {500, "no", {}}).changed;
        const auto late = after(attempts, {500, "no", {}}, 0.999).changed;
        EXPECT_EQ(early.state, delivery_state::waiting);
        EXPECT_EQ(early.due_at, now + pauses[attempts]);
        EXPECT_GT(late.due_at, now + pauses[attempts] * 1.19);
        EXPECT_LT(late.due_at, now + pauses[attempts] * 1.2);
    }
    const auto last = after(9, {500, "no", {}}).changed;
    EXPECT_EQ(last.state, delivery_state::dead);
    EXPECT_EQ(last.reason, "no");
    EXPECT_EQ(last.attempts, 10);
}

TEST(outcome, each_answer_means_what_the_specification_says) {
    for (const int status : {0, 301, 302, 307, 400, 401, 404, 500, 503}) {
        const auto outcome = after(0, {status, "no", {}});
        EXPECT_EQ(outcome.changed.state, delivery_state::waiting) << status;
        EXPECT_EQ(outcome.rest, 0ms) << status;
        EXPECT_FALSE(outcome.gone) << status;
    }
    for (const int status : {429, 502, 504}) EXPECT_EQ(after(0, {status, "no", {}}).rest, 30s);
    const auto gone = after(0, {410, "no", {}});
    EXPECT_EQ(gone.changed.state, delivery_state::dead);
    EXPECT_TRUE(gone.gone);
}

TEST(outcome, what_the_receiver_tells_is_waited_for) {
    const auto told = after(0, {429, "no", 90s});
    EXPECT_EQ(told.changed.due_at, now + 90s);
    EXPECT_EQ(told.rest, 90s);
    const auto sooner = after(1, {503, "no", 90s});
    EXPECT_EQ(sooner.changed.due_at, now + 5min) << "never sooner than planned";
    EXPECT_EQ(sooner.rest, 90s);
}

}  // namespace
}  // namespace medusa
