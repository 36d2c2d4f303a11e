#include "job/lifecycle.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "net/retry.hpp"
#include "rapidcheck/gtest.h"

namespace medusa {
namespace {

const time_point noon = from_rfc3339("2026-11-23T12:00:00.000Z");

error remote(failure_class kind, int wait_s = 0) {
    return {errc::unavailable, remote_failure{kind, std::chrono::seconds(wait_s)}, "it failed"};
}

job_status at(job_state state, job_stage stage = job_stage::accepted) {
    job_status status;
    status.state = state;
    status.stage = stage;
    return status;
}

job_status tried(job_status status, const error& failure, int tries_max = 0, double unit = 0.5) {
    return lifecycle::failed(lifecycle::leased(status), failure, tries_max, noon, unit);
}

TEST(lifecycle, a_job_walks_from_queued_to_done) {
    auto status = lifecycle::leased({});
    for (const auto stage :
         {job_stage::rendered, job_stage::uploaded, job_stage::recorded, job_stage::indexed}) {
        status = lifecycle::reached(status, stage);
        EXPECT_EQ(status.stage, stage);
    }
    status = lifecycle::picture_whole(status);
    EXPECT_EQ(status.pictures, 1);
    EXPECT_EQ(status.stage, job_stage::accepted);
    EXPECT_EQ(lifecycle::succeeded(status).state, job_state::done);
}

TEST(lifecycle, a_stage_that_was_finished_stays_finished) {
    const auto status = lifecycle::reached(at(job_state::leased), job_stage::uploaded);
    EXPECT_EQ(lifecycle::reached(status, job_stage::rendered), status);
}

struct verdict_case {
    error failure;
    job_state state;
    int attempts;
    bool pause;
};

TEST(lifecycle, each_failure_has_its_price) {
    const verdict_case table[] = {
        {remote(failure_class::transient), job_state::queued, 1, true},
        {remote(failure_class::ambiguous), job_state::queued, 1, true},
        {remote(failure_class::lost), job_state::queued, 1, true},
        {remote(failure_class::throttled), job_state::queued, 0, true},
        {remote(failure_class::warming), job_state::queued, 0, true},
        {remote(failure_class::permanent), job_state::failed, 1, false},
        {{errc::quota, "too much"}, job_state::queued, 0, true},
        {{errc::unavailable, "gone"}, job_state::queued, 1, true},
        {{errc::timed_out, "slow"}, job_state::queued, 1, true},
        {{errc::storage, "disk full"}, job_state::queued, 1, true},
        {{errc::invalid_argument, "bad"}, job_state::failed, 1, false},
        {{errc::refused, "policy"}, job_state::failed, 1, false},
        {{errc::not_found, "gone"}, job_state::failed, 1, false},
        {{errc::conflict, "taken"}, job_state::failed, 1, false},
        {{errc::corrupted, "damaged"}, job_state::failed, 1, false},
        {{errc::unauthorized, "who"}, job_state::failed, 1, false},
        {{errc::internal, "bug"}, job_state::failed, 1, false},
    };
    for (const auto& [failure, state, attempts, pause] : table) {
        SCOPED_TRACE(failure.what());
        const auto after = tried({}, failure);
        EXPECT_EQ(after.state, state);
        EXPECT_EQ(after.attempts, attempts);
        EXPECT_EQ(after.not_before > noon, pause);
    }
}

TEST(lifecycle, a_server_that_says_how_long_is_believed) {
    EXPECT_EQ(tried({}, remote(failure_class::throttled, 90)).not_before,
              noon + std::chrono::seconds(90));
    EXPECT_EQ(tried({}, remote(failure_class::transient, 7)).not_before,
              noon + std::chrono::seconds(7));
}

TEST(lifecycle, waiting_for_a_pod_never_uses_attempts_up) {
    job_status status;
    for (int i = 0; i < 1'000; ++i) status = tried(status, remote(failure_class::warming));
    EXPECT_EQ(status.state, job_state::queued);
    EXPECT_LE(status.not_before, noon + backoff_cap);
}

TEST(lifecycle, attempts_are_counted_for_each_stage) {
    const auto tries_until_dead = [](job_status status, int tries_max) {
        int tries = 0;
        while (status.state == job_state::queued) {
            status = tried(status, remote(failure_class::transient), tries_max);
            ++tries;
        }
        EXPECT_EQ(status.state, job_state::dead);
        return tries;
    };
    EXPECT_EQ(tries_until_dead({}, 0), 5);
    EXPECT_EQ(tries_until_dead(at(job_state::queued, job_stage::rendered), 0), 20);
    EXPECT_EQ(tries_until_dead({}, 1), 1);

    auto status = tried(tried({}, remote(failure_class::transient)), {errc::storage, "full"});
    EXPECT_EQ(status.attempts, 2);
    status = lifecycle::reached(lifecycle::leased(status), job_stage::rendered);
    EXPECT_EQ(status.attempts, 0);
}

TEST(lifecycle, who_waits_for_the_answer_hears_of_a_warming_pod) {
    EXPECT_EQ(tried({}, remote(failure_class::warming), 1).state, job_state::dead);
}

TEST(lifecycle, a_job_that_takes_its_worker_down_runs_alone_and_then_no_more) {
    job_status status;
    const auto lose = [&] { status = lifecycle::lost(lifecycle::leased(status)); };
    lose();
    EXPECT_FALSE(lifecycle::runs_alone(status));
    lose();
    EXPECT_TRUE(lifecycle::runs_alone(status));
    for (int i = 0; i < 4; ++i) lose();
    EXPECT_EQ(status.state, job_state::queued);
    EXPECT_FALSE(lifecycle::is_poison(status));
    lose();
    EXPECT_EQ(status.state, job_state::dead);
    EXPECT_TRUE(lifecycle::is_poison(status));
    EXPECT_FALSE(lifecycle::is_poison(lifecycle::retried(status)));
    EXPECT_FALSE(lifecycle::is_poison(at(job_state::dead)));
}

TEST(lifecycle, a_finished_stage_clears_the_suspicion) {
    job_status status;
    for (int i = 0; i < 6; ++i) status = lifecycle::lost(lifecycle::leased(status));
    status = lifecycle::reached(lifecycle::leased(status), job_stage::rendered);
    EXPECT_FALSE(lifecycle::runs_alone(status));
    EXPECT_EQ(status.lone_losses, 0);
}

TEST(lifecycle, a_cancelled_job_stays_cancelled_whatever_happens_next) {
    EXPECT_EQ(lifecycle::cancelled({}).state, job_state::cancelled);
    const auto wanted = lifecycle::cancelled(at(job_state::leased));
    EXPECT_EQ(wanted.state, job_state::leased);
    EXPECT_TRUE(wanted.cancel_wanted);
    EXPECT_EQ(lifecycle::cancel_heard(wanted).state, job_state::cancelled);
    EXPECT_EQ(lifecycle::released(wanted).state, job_state::cancelled);
    EXPECT_EQ(lifecycle::lost(wanted).state, job_state::cancelled);
    EXPECT_EQ(lifecycle::failed(wanted, remote(failure_class::transient), 0, noon, 0).state,
              job_state::cancelled);
    // Too late: what was asked for is there.
    EXPECT_EQ(lifecycle::succeeded(wanted).state, job_state::done);
}

TEST(lifecycle, what_ended_can_be_given_another_life_but_not_what_is_done) {
    for (const auto state : {job_state::failed, job_state::dead, job_state::cancelled}) {
        auto ended = at(state, job_stage::rendered);
        ended.attempts = 5;
        ended.lone_losses = 5;
        const auto again = lifecycle::retried(ended);
        EXPECT_EQ(again, at(job_state::queued, job_stage::rendered));
    }
    for (const auto state : {job_state::done, job_state::queued, job_state::leased})
        EXPECT_THROW(lifecycle::retried(at(state)), error);
}

// Any of the things that can happen, applied or refused.
job_status happened(job_status status, int what, int detail) {
    const failure_class kinds[] = {failure_class::transient, failure_class::throttled,
                                   failure_class::warming,   failure_class::ambiguous,
                                   failure_class::permanent, failure_class::lost};
    const std::function<job_status()> things[] = {
        [&] { return lifecycle::leased(status); },
        [&] { return lifecycle::reached(status, job_stage(1 + detail % 4)); },
        [&] { return lifecycle::picture_whole(status); },
        [&] { return lifecycle::succeeded(status); },
        [&] { return lifecycle::failed(status, remote(kinds[detail % 6]), 0, noon, 0.9); },
        [&] { return lifecycle::released(status); },
        [&] { return lifecycle::lost(status); },
        [&] { return lifecycle::cancelled(status); },
        [&] { return lifecycle::cancel_heard(status); },
        [&] { return lifecycle::retried(status); },
    };
    try {
        return things[what]();
    } catch (const error& refused) {
        RC_ASSERT(refused.code() == errc::conflict);
        return status;
    }
}

RC_GTEST_PROP(lifecycle, no_story_leads_out_of_its_rules,
              (const std::vector<std::pair<unsigned, unsigned>>& story)) {
    job_status status;
    for (const auto& [what, detail] : story) {
        const int thing = int(what % 10);
        const auto before = status;
        status = happened(status, thing, int(detail % 24));
        constexpr int retry = 9;
        // What has ended changes by the user's wish alone, and what is done never.
        if (has_ended(before.state) && thing != retry) RC_ASSERT(status == before);
        if (before.state == job_state::done) RC_ASSERT(status == before);
        // Finished work is never undone, a whole picture never lost.
        RC_ASSERT(status.pictures >= before.pictures);
        if (status.pictures == before.pictures) RC_ASSERT(status.stage >= before.stage);
        RC_ASSERT(status.attempts <= lifecycle::store_attempts);
        RC_ASSERT(status.lone_losses <= lifecycle::lone_losses_max);
        RC_ASSERT(status.not_before <= noon + backoff_cap);
        // Only the holder's own story leads to done.
        if (status.state == job_state::done)
            RC_ASSERT(before.state == job_state::leased || before.state == job_state::done);
    }
}

}  // namespace
}  // namespace medusa
