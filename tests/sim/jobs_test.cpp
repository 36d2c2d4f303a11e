#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <cstdlib>
#include <optional>

#include "core/ids.hpp"
#include "sim/jobs_simulation.hpp"

namespace medusa::sim {
namespace {

constexpr std::size_t lines_of_a_failure = 60;
constexpr std::size_t all_lines = SIZE_MAX;

struct outcome {
    std::string broken;
    std::string history;
    tally count;
};

class jobs : public testing::Test {
protected:
    // One thread runs at a time: on one processor, the next one need not be woken on another.
    static void SetUpTestSuite() {
        cpu_set_t here;
        CPU_ZERO(&here);
        CPU_SET(sched_getcpu(), &here);
        sched_setaffinity(0, sizeof here, &here);
    }

    // In memory where there is a place for that: what is simulated is no disk.
    static outcome outcome_of(std::uint64_t seed, std::size_t lines) {
        const fs::path memory = "/dev/shm";
        const auto parent = fs::is_directory(memory) ? memory : fs::temp_directory_path();
        const auto folder = parent / ("medusa-sim-" + random_ids().uuid());
        outcome result;
        {
            jobs_simulation one(seed, folder);
            one.run();
            result = {one.broken(), one.history(lines), one.count()};
        }
        fs::remove_all(folder);
        return result;
    }

    static std::optional<std::uint64_t> wanted(const char* variable) {
        const char* given = std::getenv(variable);
        return given ? std::optional(std::stoull(given)) : std::nullopt;
    }
};

void tell(std::uint64_t seeds, const tally& all) {
    fmt::print(
        "{} seeds: {} jobs ({} done, {} failed, {} cancelled, {} dead), {} drawings, {} calls\n"
        "seen: {} deaths of processes, {} that stood still, {} leases lost, {} calls of stale "
        "workers, {} answers lost, {} calls that did not arrive, {} outages, {} clock jumps, {} "
        "cancels, {} retries, {} poison\n",
        seeds, all.jobs, all.done, all.failed, all.cancelled, all.dead, all.draws, all.calls,
        all.deaths, all.freezes, all.losses, all.stale_calls, all.lost_answers, all.failed_calls,
        all.outages, all.clock_jumps, all.cancels, all.retries, all.poison);
}

// MEDUSA_TEST_SEED=n: that seed alone, with all of its history; MEDUSA_TEST_SEEDS=n: so many.
TEST_F(jobs, end_once_whatever_happens) {
    const auto only = wanted("MEDUSA_TEST_SEED");
    const auto first = only.value_or(1);
    const auto last = only.value_or(wanted("MEDUSA_TEST_SEEDS").value_or(MEDUSA_SIM_SEEDS));
    tally all;
    for (auto seed = first; seed <= last && (only || !HasFailure()); ++seed) {
        const auto result = outcome_of(seed, only ? all_lines : lines_of_a_failure);
        all += result.count;
        if (only) fmt::print("{}", result.history);
        EXPECT_EQ(result.broken, "")
            << (only ? "" : result.history) << "Again, and all of it: MEDUSA_TEST_SEED=" << seed;
    }
    tell(last - first + 1, all);
    if (only || HasFailure()) return;
    for (const int seen : {all.done, all.failed, all.cancelled, all.dead, all.deaths, all.freezes,
                           all.losses, all.stale_calls, all.lost_answers, all.failed_calls,
                           all.outages, all.clock_jumps, all.cancels, all.retries, all.poison})
        EXPECT_GT(seen, 0) << "something that is to be simulated does not happen";
}

TEST_F(jobs, the_same_seed_is_the_same_run) {
    for (const std::uint64_t seed : {3, 7, 20, 26}) {
        const auto first = outcome_of(seed, all_lines).history;
        EXPECT_GT(first.size(), 10'000u);
        EXPECT_TRUE(outcome_of(seed, all_lines).history == first) << seed;
        EXPECT_FALSE(outcome_of(seed + 1, all_lines).history == first);
    }
}

}  // namespace
}  // namespace medusa::sim
