#include "net/retry.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <atomic>
#include <cmath>
#include <deque>
#include <thread>
#include <vector>

#include "support/virtual_timer.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using testing_support::virtual_timer;

error failing(failure_class kind, milliseconds wait = 0ms, int status = 503) {
    return error(errc::unavailable, remote_failure{kind, wait, status}, "down");
}

TEST(backoff, has_full_jitter_within_its_bounds) {
    const auto random = system_random();
    for (const int retry : {0, 3, 8, 9, 60}) {
        const double cap_ms = std::min(300'000.0, 1'000.0 * std::pow(2.0, retry));
        constexpr int samples = 10'000;
        double sum_ms = 0;
        double least_ms = cap_ms;
        for (int i = 0; i < samples; ++i) {
            const auto pause_ms = double(full_jitter(retry, random()).count());
            ASSERT_GE(pause_ms, 0);
            ASSERT_LE(pause_ms, cap_ms);
            sum_ms += pause_ms;
            least_ms = std::min(least_ms, pause_ms);
        }
        EXPECT_NEAR(sum_ms / samples, cap_ms / 2, cap_ms / 2 * 0.03) << retry;
        EXPECT_LT(least_ms, cap_ms * 0.01) << "jitter is full: short pauses occur as well";
    }
}

TEST(backoff, polls_less_and_less_often) {
    for (const double unit : {0.0, 0.999}) {
        milliseconds time = 0ms;
        int looks = 0;
        for (; time < 10s; ++looks) time += poll_pause(looks, unit);
        EXPECT_LT(looks, 10);
    }
    EXPECT_EQ(poll_pause(0, 0.5), 1s);
    EXPECT_EQ(poll_pause(100, 0.5), 10s);
}

TEST(budget, a_thousand_jobs_against_a_dead_upstream) {
    for (const bool all_pending_at_once : {false, true}) {
        virtual_timer time;
        retry_budget budget(time);
        std::deque<retry_budget::call> pending;
        constexpr int jobs = 1'000;
        int calls = 0;
        if (all_pending_at_once)
            for (int i = 0; i < jobs; ++i) pending.emplace_back(budget);
        for (int i = 0; i < jobs; ++i) {
            std::optional<retry_budget::call> own;
            if (!all_pending_at_once) own.emplace(budget);
            auto& call = own ? *own : pending[std::size_t(i)];
            for (int attempt = 0; attempt < 5; ++attempt) {
                ++calls;
                if (!call.take_retry()) break;
                time.advance(full_jitter(attempt, 0.5));
            }
        }
        EXPECT_LE(calls, jobs * 12 / 10) << all_pending_at_once;
        EXPECT_GE(calls, jobs * 11 / 10) << "retries do occur";
    }
}

TEST(budget, a_lonely_call_has_three_retries) {
    virtual_timer time;
    retry_budget budget(time);
    const auto granted = [&] {
        retry_budget::call call(budget);
        int retries = 0;
        while (call.take_retry()) ++retries;
        return retries;
    };
    EXPECT_EQ(granted(), 3);
    EXPECT_EQ(granted(), 0) << "the ended call still counts";
    time.advance(budget_window);
    EXPECT_EQ(granted(), 3);
}

TEST(budget, never_more_than_its_share_whatever_the_order) {
    const bool holds = rc::check("retries <= max(3, 20 % of calls)", [] {
        virtual_timer time;
        retry_budget budget(time);
        std::deque<retry_budget::call> open;
        int calls = 0;
        int retries = 0;
        const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 5));
        for (const int step : steps) {
            if (step < 2) {
                open.emplace_back(budget);
                ++calls;
            } else if (step < 4 && !open.empty()) {
                if (open.back().take_retry()) ++retries;
            } else if (!open.empty()) {
                open.pop_front();
            }
            RC_ASSERT(retries <= std::max(budget_floor, calls / 5));
        }
    });
    EXPECT_TRUE(holds);
}

TEST(budget, is_shared_by_threads) {
    retry_budget budget(system_timer());
    std::atomic<int> retries = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int j = 0; j < 100; ++j) {
                    retry_budget::call call(budget);
                    if (call.take_retry()) ++retries;
                }
            });
    }
    EXPECT_GT(retries, 3);
    EXPECT_LE(retries, 80);
}

TEST(breaker, opens_after_five_failures_in_a_row_and_longer_each_time) {
    virtual_timer time;
    circuit_breaker breaker(time);
    const auto fail = [&](int times) {
        for (int i = 0; i < times; ++i) {
            ASSERT_TRUE(breaker.try_enter());
            breaker.failed();
        }
    };
    fail(4);
    ASSERT_TRUE(breaker.try_enter());
    breaker.succeeded();
    fail(4);
    EXPECT_EQ(breaker.current(), circuit_breaker::state::closed) << "not five in a row";
    fail(1);
    for (const auto open : {30s, 60s, 90s, 120s, 150s, 180s, 210s, 240s, 270s, 300s, 300s}) {
        EXPECT_EQ(breaker.current(), circuit_breaker::state::open);
        EXPECT_EQ(breaker.wait(), open);
        EXPECT_FALSE(breaker.try_enter());
        time.advance(open - 1ms);
        EXPECT_FALSE(breaker.try_enter());
        time.advance(1ms);
        EXPECT_EQ(breaker.current(), circuit_breaker::state::half_open);
        fail(1);
    }
}

TEST(breaker, lets_one_probe_through_and_closes_on_its_success) {
    virtual_timer time;
    circuit_breaker breaker(time);
    for (int i = 0; i < 5; ++i) breaker.failed();
    breaker.succeeded();
    EXPECT_EQ(breaker.current(), circuit_breaker::state::open) << "a late success is no probe";
    time.advance(30s);
    EXPECT_TRUE(breaker.try_enter());
    EXPECT_FALSE(breaker.try_enter());
    EXPECT_GT(breaker.wait(), 0ms);
    breaker.abandoned();
    EXPECT_TRUE(breaker.try_enter()) << "a probe without a verdict makes room for another";
    breaker.succeeded();
    EXPECT_EQ(breaker.current(), circuit_breaker::state::closed);

    // Openings are forgotten after five successes in a row, not before.
    for (int i = 0; i < 5; ++i) breaker.failed();
    EXPECT_EQ(breaker.wait(), 60s);
    time.advance(60s);
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(breaker.try_enter());
        breaker.succeeded();
    }
    for (int i = 0; i < 5; ++i) breaker.failed();
    EXPECT_EQ(breaker.wait(), 30s);
}

// A call that fails as told, one entry a try, and then succeeds.
struct scripted {
    std::deque<error> failures;
    int tries = 0;

    int operator()() {
        ++tries;
        if (failures.empty()) return 42;
        auto failure = failures.front();
        failures.pop_front();
        throw failure;
    }
};

struct retry : testing::Test {
    virtual_timer time;
    retry_parts parts{time, [] { return 0.5; }};
    milliseconds began = time.elapsed();

    milliseconds passed() const { return time.elapsed() - began; }
};

TEST_F(retry, transient_failures_are_tried_again_five_times_in_all) {
    scripted call{{4, failing(failure_class::transient)}};
    EXPECT_EQ(call_with_retries(parts, {}, {}, call), 42);
    EXPECT_EQ(call.tries, 5);
    EXPECT_EQ(passed(), 500ms + 1s + 2s + 4s);

    call = {std::deque<error>(9, failing(failure_class::transient)), 0};
    EXPECT_THROW(call_with_retries(parts, {}, {}, call), error);
    EXPECT_EQ(call.tries, 5);
}

TEST_F(retry, what_cannot_get_better_is_not_tried_again) {
    for (const auto kind :
         {failure_class::permanent, failure_class::lost, failure_class::ambiguous}) {
        scripted call{{failing(kind)}};
        EXPECT_THROW(call_with_retries(parts, {}, {}, call), error);
        EXPECT_EQ(call.tries, 1);
    }
    scripted bug{{error(errc::internal, "a bug")}};
    EXPECT_THROW(call_with_retries(parts, {}, {}, bug), error);
    EXPECT_EQ(bug.tries, 1);
    EXPECT_EQ(passed(), 0ms);
}

TEST_F(retry, waiting_costs_no_attempt_and_ends_with_patience) {
    scripted call{{failing(failure_class::throttled, 20s, 429)}};
    for (int i = 0; i < 9; ++i) call.failures.push_back(failing(failure_class::warming));
    EXPECT_EQ(call_with_retries(parts, {.attempts_max = 1}, {}, call), 42);
    EXPECT_GE(passed(), 20s);

    call = {std::deque<error>(99, failing(failure_class::throttled, 20s, 429)), 0};
    EXPECT_THROW(call_with_retries(parts, {.patience = 65s}, {}, call), error);
    EXPECT_EQ(call.tries, 4);
}

TEST_F(retry, an_open_breaker_is_waited_for) {
    circuit_breaker breaker(time);
    parts.breaker = &breaker;
    for (int i = 0; i < 5; ++i) breaker.failed();
    scripted call{};
    EXPECT_EQ(call_with_retries(parts, {.attempts_max = 1}, {}, call), 42);
    EXPECT_EQ(passed(), 30s);
    EXPECT_EQ(breaker.current(), circuit_breaker::state::closed);

    for (int i = 0; i < 5; ++i) breaker.failed();
    try {
        call_with_retries(parts, {.patience = 10s}, {}, call);
        ADD_FAILURE() << "did not wait";
    } catch (const error& failed) {
        EXPECT_EQ(failed.failure()->kind, failure_class::transient);
        EXPECT_EQ(failed.failure()->wait, 60s);
    }
    EXPECT_EQ(call.tries, 1);
}

TEST_F(retry, a_refusal_shows_that_the_part_lives) {
    circuit_breaker breaker(time);
    parts.breaker = &breaker;
    for (int i = 0; i < 5; ++i) breaker.failed();
    scripted call{{failing(failure_class::permanent, 0ms, 400)}};
    EXPECT_THROW(call_with_retries(parts, {}, {}, call), error);
    EXPECT_EQ(breaker.current(), circuit_breaker::state::closed);
}

TEST_F(retry, the_budget_ends_it) {
    retry_budget budget(time);
    parts.budget = &budget;
    scripted call{std::deque<error>(9, failing(failure_class::transient))};
    EXPECT_THROW(call_with_retries(parts, {.attempts_max = 99}, {}, call), error);
    EXPECT_EQ(call.tries, 1 + budget_floor);
}

TEST_F(retry, a_stop_ends_it_before_the_next_try) {
    std::stop_source source;
    int tries = 0;
    try {
        call_with_retries(parts, {}, source.get_token(), [&]() -> int {
            ++tries;
            source.request_stop();
            throw failing(failure_class::transient);
        });
        ADD_FAILURE() << "went on";
    } catch (const error& stopped) {
        EXPECT_EQ(stopped.code(), errc::cancelled);
    }
    EXPECT_EQ(tries, 1);
}

TEST(timer, sleeps_until_stopped) {
    std::stop_source source;
    const auto began = system_timer().elapsed();
    std::jthread stopper([&] { source.request_stop(); });
    EXPECT_FALSE(system_timer().sleep(60s, source.get_token()));
    EXPECT_TRUE(system_timer().sleep(1ms, {}));
    EXPECT_LT(system_timer().elapsed() - began, 10s);
}

}  // namespace
}  // namespace medusa
