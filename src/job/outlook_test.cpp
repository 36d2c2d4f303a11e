#include "job/outlook.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/queue_on_trial.hpp"

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

TEST(outlook, the_pace_is_that_of_jobs_that_ended_of_late) {
    EXPECT_EQ(pace_of(ended_at({0s, 4s, 2s}), now - 60s), 2s);
    EXPECT_EQ(pace_of(ended_at({8s, 0s, 500s, 4s}), now - 60s), 4s);
}

TEST(outlook, where_too_little_is_known_nothing_is_said) {
    EXPECT_FALSE(pace_of({}, now - 60s));
    EXPECT_FALSE(pace_of(ended_at({0s, 2s}), now - 60s));
    EXPECT_FALSE(pace_of(ended_at({100s, 102s, 104s}), now - 60s));
}

job at_step(int step, int steps, std::chrono::seconds leased_ago) {
    job one;
    one.status.state = job_state::leased;
    one.progress = {"drawing", step, steps};
    one.events = {{1, now - 900s, "queued", {}}, {2, now - leased_ago, "leased", {}}};
    return one;
}

TEST(outlook, what_is_drawn_takes_the_steps_that_are_left) {
    EXPECT_EQ(drawn_in(at_step(5, 20, 10s), now), 30s);
    EXPECT_EQ(drawn_in(at_step(20, 20, 10s), now), 0s);
    EXPECT_EQ(drawn_in(at_step(3, 10, 1s), now), 3s) << "rounded up";
}

TEST(outlook, of_several_pictures_the_last_one_counts) {
    auto second = at_step(10, 20, 100s);
    second.events.push_back({3, now - 4s, "recorded", {}});
    EXPECT_EQ(drawn_in(second, now), 4s);
}

TEST(outlook, before_the_first_step_and_after_the_end_nothing_is_said) {
    EXPECT_FALSE(drawn_in(at_step(0, 20, 10s), now));
    auto ended = at_step(5, 20, 10s);
    ended.status.state = job_state::done;
    EXPECT_FALSE(drawn_in(ended, now));
    auto clock_was_set_back = at_step(5, 20, -10s);
    EXPECT_FALSE(drawn_in(clock_was_set_back, now));
}

using placed = testing_support::queue_on_trial;

TEST_F(placed, a_job_that_waits_knows_its_place_however_long_the_line_is) {
    using namespace testing_support;
    struct counted final : memory_jobs {
        std::vector<listed_job> list(const job_query& wanted) override {
            listed += wanted.limit;
            return memory_jobs::list(wanted);
        }
        std::size_t listed = 0;
    } line;
    auto long_queue = job_queue({line, line, time_, ids_, [] { return 0.5; }});
    submission asked;
    asked.owner = anna;
    const auto batch = long_queue.submit(asked, std::vector<asked_job>(12'000, wish_for("Luna")));
    asked.owner = ben;
    const auto bens = long_queue.submit(asked, {wish_for("Sol")});
    const auto place = [&](const submission& of, int index) {
        const auto one = long_queue.find(derived_uuid(of.id, index)).value();
        return outlook_of(long_queue, one, time_.now())->position;
    };
    EXPECT_EQ(place(batch, 0), 1u);
    EXPECT_EQ(place(batch, 11'999), 12'000u);
    EXPECT_EQ(place(bens, 0), 1u);
    EXPECT_LE(line.listed, 100u) << "whole jobs are read for the pace alone";
}

}  // namespace
}  // namespace medusa
