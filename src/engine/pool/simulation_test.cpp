#include "sim/pool_simulation.hpp"

namespace medusa {
namespace {

using testing_support::plan;
using testing_support::simulation;

void expect_order(const simulation& run) {
    for (const auto& picture : run.pictures()) {
        EXPECT_EQ(picture.endings, 1);
        EXPECT_TRUE(picture.drawn || !picture.why.empty());
        EXPECT_EQ(int(picture.attempts.size()), 1 + picture.named_faults);
    }
    for (const auto& [attempt, sent] : run.prompts()) EXPECT_EQ(sent, 1) << attempt;
    for (const auto& pod : run.pods()) EXPECT_LE(pod.longest_queue, 2u);
}

double busy_part(const simulation& run) {
    milliseconds busy{0};
    for (const auto& pod : run.pods()) busy += pod.busy;
    return double(busy.count()) / double(run.took().count()) / double(run.pods().size());
}

TEST(pool_simulation, keeps_unequal_pods_busy) {
    const plan wanted{.servers = 16, .pictures = 2'000, .slowest_s = 2};
    simulation run(wanted, 1);
    run.run();
    expect_order(run);
    EXPECT_EQ(run.attempts(), wanted.pictures);
    EXPECT_GE(busy_part(run), 0.98);
}

plan any_plan(unsigned seed) {
    std::mt19937 dice(seed);
    const auto pick = [&](int low, int high) {
        return std::uniform_int_distribution<int>(low, high)(dice);
    };
    plan made;
    made.servers = pick(1, 6);
    made.pictures = pick(1, 40);
    made.slowest_s = pick(1, 30);
    made.death = pick(0, 10) / 100.0;
    made.swallowed = pick(0, 50) / 100.0;
    made.refused = pick(0, 5) / 100.0;
    made.faceless = pick(0, 30) / 100.0;
    made.spoilt = pick(0, 5) / 100.0;
    return made;
}

TEST(pool_simulation, ends_each_picture_once_whatever_happens) {
    std::size_t pictures = 0;
    std::size_t drawn = 0;
    for (unsigned seed = 1; seed <= 2'000 && !HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        simulation run(any_plan(seed), seed);
        run.run();
        expect_order(run);
        pictures += run.pictures().size();
        for (const auto& one : run.pictures()) drawn += one.drawn;
    }
    // The rest met more faults than attempts and budget allow.
    EXPECT_GT(double(drawn), 0.99 * double(pictures));
}

TEST(pool_simulation, replays_a_seed_step_by_step) {
    const auto story = [](unsigned seed) {
        simulation run(any_plan(seed), seed);
        run.run();
        return std::pair(run.took(), run.attempts());
    };
    EXPECT_EQ(story(7), story(7));
}

TEST(pool_simulation, leaves_a_dead_upstream_alone) {
    // All of them wait at once, as jobs in a queue do.
    const plan wanted{
        .servers = 4, .pictures = 1'000, .stories = 1'000, .slowest_s = 1, .refused = 1};
    simulation run(wanted, 1);
    run.run();
    for (const auto& one : run.pictures()) EXPECT_EQ(one.endings, 1);
    EXPECT_LE(run.attempts(), 1.2 * wanted.pictures);
}

}  // namespace
}  // namespace medusa
