// The contract of jobs over memory, and a long walk through a queue over it.
#include <algorithm>
#include <map>
#include <random>

#include "contract/job_contract.hpp"
#include "job/queue.hpp"
#include "support/queue_on_trial.hpp"

namespace medusa {
namespace {

using namespace testing_support;

// Each folder has its jobs as long as the tests run, as on a disk.
job_ports open_memory(const std::filesystem::path& folder) {
    static std::map<std::string, std::shared_ptr<memory_jobs>> opened;
    auto& jobs = opened[folder];
    if (!jobs) jobs = std::make_shared<memory_jobs>();
    return {jobs, jobs};
}

INSTANTIATE_TEST_SUITE_P(memory, job_contract,
                         testing::Values(job_store_under_test{
                             .kind = "memory", .open = open_memory, .many = 2'000}));

class queue_walk : public queue_on_trial {};

// Workers that come, go silent and wake up late, in any order: only the newest token of a job has
// a say, and each job is done once.
TEST_F(queue_walk, survives_any_order_of_leases_losses_and_late_words) {
    constexpr std::size_t jobs = 20;
    constexpr int steps = 20'000;
    for (std::size_t i = 0; i < jobs; ++i) submit(i % 2 ? anna : ben);
    std::mt19937 chance(20'261'123);
    const auto one_of = [&](std::size_t many) { return std::size_t(chance() % many); };
    std::vector<job> leases;                     // all that were ever given out
    std::map<std::string, std::string> holders;  // job -> token, as it should be
    std::map<std::string, int> done;
    for (int i = 0; i < steps; ++i) {
        time_.add(std::chrono::seconds(chance() % 60));
        const auto what = one_of(20);
        if (leases.empty() || what < 4) {
            if (auto held = queue_.lease("w", {}, true)) {
                EXPECT_FALSE(holders.contains(held->id)) << "it is held already";
                holders[held->id] = held->lease.token;
                leases.push_back(*held);
            }
            continue;
        }
        auto mine = leases.end()[-1 - std::ptrdiff_t(one_of(std::min(leases.size(), 2 * jobs)))];
        const bool holds = holders.contains(mine.id) && holders[mine.id] == mine.lease.token;
        if (what == 4) {
            const auto found = queue_.find(mine.id).value();
            if (!holders.contains(mine.id)) continue;
            EXPECT_TRUE(queue_.take_back({mine.id, found.lease, false}, "silent"));
            holders.erase(mine.id);
            if (has_ended(queue_.find(mine.id)->status.state))
                queue_.retry(mine.id, mine.owner.user_id);
        } else if (what == 5) {
            EXPECT_EQ(queue_.released(mine), holds);
            if (holds) holders.erase(mine.id);
        } else if (what == 6) {
            EXPECT_EQ(queue_.failed(mine, remote_failing(failure_class::warming)), holds);
            if (holds) holders.erase(mine.id);
        } else if (what == 7 && one_of(4) == 0) {
            EXPECT_EQ(queue_.succeeded(mine, {}), holds);
            if (holds) {
                holders.erase(mine.id);
                ++done[mine.id];
                submit(mine.owner);
            }
        } else {
            EXPECT_EQ(queue_.beat(mine), holds);
        }
        const auto now = queue_.find(mine.id).value();
        EXPECT_EQ(now.status.state == job_state::leased, holders.contains(mine.id));
    }
    for (const auto& [id, times] : done) EXPECT_EQ(times, 1) << id;
    EXPECT_EQ(queue_.count({}).done, done.size());
    EXPECT_GT(done.size(), jobs);
}

}  // namespace
}  // namespace medusa
