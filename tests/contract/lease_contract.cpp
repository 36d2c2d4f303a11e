// Which job is next and who gets it, for every adapter; part of the contract of jobs.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "contract/job_contract.hpp"
#include "core/files.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

using ids = std::vector<std::string>;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_P(job_contract, the_oldest_job_is_next_and_none_is_next_when_all_are_taken) {
    EXPECT_EQ(next_id(), "");
    const auto first = submit("s", "anna", 2);
    const auto second = submit("t", "anna", 1);
    EXPECT_EQ(next_id(), first[0]) << "looking takes nothing";
    EXPECT_EQ(lease(), first[0]);
    EXPECT_EQ(lease(), first[1]);
    EXPECT_EQ(lease(), second[0]);
    EXPECT_EQ(lease(), "");
    changed(first[0], [](job& one) { one.status.state = job_state::queued; });
    EXPECT_EQ(lease(), first[0]) << "given back, it is next again";
}

TEST_P(job_contract, a_higher_priority_goes_before_age) {
    const auto low = submit("s", "anna", 1, -1);
    const auto usual = submit("t", "anna", 1);
    const auto high = submit("u", "anna", 2, 5);
    EXPECT_EQ((ids{lease(), lease(), lease(), lease()}), (ids{high[0], high[1], usual[0], low[0]}));
}

TEST_P(job_contract, a_job_waits_until_its_time_has_come) {
    const auto jobs = submit("s", "anna", 2);
    changed(jobs[0], [&](job& one) { one.status.not_before = now_ + seconds(30); });
    EXPECT_EQ(next_id(), jobs[1]);
    now_ += seconds(30) - milliseconds(1);
    EXPECT_EQ(next_id(), jobs[1]);
    now_ += milliseconds(1);
    EXPECT_EQ(next_id(), jobs[0]);
}

TEST_P(job_contract, a_clock_that_was_set_back_keeps_no_job_waiting) {
    const auto jobs = submit("s", "anna", 2);
    changed(jobs[0], [&](job& one) { one.status.not_before = now_ + seconds(30); });
    changed(jobs[1], [&](job& one) { one.status.not_before = now_ + seconds(40); });
    now_ -= hours(1);
    EXPECT_EQ(next_id(), jobs[0]) << "further away than any pause is long";
    now_ += hours(1);
    EXPECT_EQ(next_id(), "");
}

TEST_P(job_contract, owners_are_served_in_turn) {
    const auto annas = submit("s", "anna", GetParam().many);
    const auto bens = submit("t", "ben", 3);
    EXPECT_EQ(lease(), annas[0]);
    const auto claras = submit("u", "clara", 1, -9);
    // Whoever was served never goes before whoever was served; then it goes round.
    EXPECT_EQ(lease(), bens[0]);
    EXPECT_EQ(lease(), claras[0]) << "priorities are among one's own jobs";
    EXPECT_EQ((ids{lease(), lease(), lease(), lease(), lease(), lease()}),
              (ids{annas[1], bens[1], annas[2], bens[2], annas[3], annas[4]}));
    const auto again = submit("v", "ben", 1);
    EXPECT_EQ(lease(), again[0]);
}

TEST_P(job_contract, an_owner_whose_jobs_all_wait_holds_nobody_up) {
    const auto annas = submit("s", "anna", 1);
    changed(annas[0], [&](job& one) { one.status.not_before = now_ + seconds(30); });
    const auto bens = submit("t", "ben", 2);
    EXPECT_EQ(lease(), bens[0]);
    EXPECT_EQ(lease(), bens[1]);
    EXPECT_EQ(lease(), "");
    now_ += seconds(30);
    EXPECT_EQ(lease(), annas[0]);
}

TEST_P(job_contract, a_worker_of_one_submission_gets_its_jobs_alone) {
    submit("s", "anna", 3);
    const auto wanted = submit("t", "anna", 2);
    submit("u", "ben", 1);
    const job_filter only{.submission_id = "t"};
    changed(wanted[1], [](job& one) { one.priority = 1; });
    EXPECT_EQ(lease(only), wanted[1]);
    EXPECT_EQ(lease(only), wanted[0]);
    EXPECT_EQ(lease(only), "");
    EXPECT_EQ(lease({.submission_id = "none"}), "");
}

TEST_P(job_contract, a_change_needs_the_newest_revision) {
    const auto id = submit("s", "anna")[0];
    auto mine = *store_.leases->find(id);
    auto theirs = mine;
    mine.revision = 1;
    mine.notes = {"mine"};
    EXPECT_TRUE(store_.leases->swap(mine, 0, job_durability::now));
    theirs.revision = 1;
    theirs.status.state = job_state::cancelled;
    EXPECT_FALSE(store_.leases->swap(theirs, 0, job_durability::now));
    EXPECT_EQ(store_.leases->find(id), mine);
    EXPECT_EQ(store_.intake->count({}), job_counts{.queued = 1});
    theirs.revision = 3;
    EXPECT_FALSE(store_.leases->swap(theirs, 2, job_durability::soon));
    mine.id = "none";
    EXPECT_FALSE(store_.leases->swap(mine, 1, job_durability::soon));
    EXPECT_EQ(store_.intake->count({}).all(), 1u);
}

TEST_P(job_contract, whoever_works_is_told_oldest_first) {
    const auto jobs = submit("s", "anna", 3);
    EXPECT_TRUE(store_.leases->held().empty());
    const auto second = changed(jobs[1], [](job& one) {
        one.status.state = job_state::leased;
        one.status.cancel_wanted = true;
        one.lease = {"t1", "w1", 7};
    });
    const auto first = changed(jobs[0], [](job& one) {
        one.status.state = job_state::leased;
        one.lease = {"t0", "w0", 0};
    });
    EXPECT_EQ(store_.leases->held(), (std::vector<held_job>{{jobs[0], first.lease, false},
                                                            {jobs[1], second.lease, true}}));
    end(jobs[1], job_state::cancelled);
    EXPECT_EQ(store_.leases->held().size(), 1u);
}

TEST_P(job_contract, a_job_that_a_worker_gave_up_is_in_line_again_after_a_restart) {
    const auto id = submit("s", "anna")[0];
    lease();
    store_ = {};
    store_ = open();
    ASSERT_EQ(store_.leases->held().size(), 1u);
    EXPECT_EQ(store_.leases->held()[0].lease.token, "token of " + id);
    EXPECT_EQ(next_id(), "");
    end(id, job_state::queued);
    EXPECT_EQ(next_id(), id);
}

TEST_P(job_contract, eight_threads_lease_each_job_once) {
    constexpr int threads = 8;
    const auto raced = GetParam().raced;
    submit("s", "anna", raced / 2);
    submit("t", "ben", raced - raced / 2);
    std::mutex guard;
    std::map<std::string, int> leased;
    {
        std::vector<std::jthread> workers;
        for (int t = 0; t < threads; ++t)
            workers.emplace_back([&, t] {
                while (auto one = store_.leases->next({}, now_, now_ + hours(1))) {
                    const auto expected = one->revision++;
                    one->status.state = job_state::leased;
                    one->lease = {fmt::format("token {}", t), "worker", 0};
                    if (!store_.leases->swap(*one, expected, job_durability::soon)) continue;
                    const std::lock_guard lock(guard);
                    ++leased[one->id];
                }
            });
    }
    EXPECT_EQ(leased.size(), std::size_t(raced));
    EXPECT_TRUE(
        std::all_of(leased.begin(), leased.end(), [](const auto& one) { return one.second == 1; }));
    EXPECT_EQ(store_.intake->count({}), job_counts{.leased = std::size_t(raced)});
}

// The store does not exist before they start: they race to create it as well, and to submit.
TEST_P(job_contract, several_processes_share_the_work_and_lose_none) {
    if (!GetParam().address) GTEST_SKIP() << "one process alone sees this store";
    constexpr int processes = 4;
    const auto raced = GetParam().raced;
    const auto said = [&](int p) { return folder_.path() / fmt::format("p{}.out", p); };
    store_ = {};
    std::vector<testing_support::child> workers;
    for (int p = 0; p < processes; ++p)
        workers.emplace_back(
            std::vector<std::string>{MEDUSA_JOB_WORKER, GetParam().address(folder_.path()),
                                     folder_.path(), fmt::format("p{}", p), std::to_string(raced)},
            said(p));
    for (auto& worker : workers) EXPECT_EQ(worker.wait(), 0);

    std::vector<std::string> done;
    for (int p = 0; p < processes; ++p)
        for (const auto& line : split(read_file(said(p), 1 << 20), '\n'))
            if (!line.empty()) done.emplace_back(line);
    EXPECT_EQ(done.size(), std::size_t(raced));
    EXPECT_EQ(std::set(done.begin(), done.end()).size(), std::size_t(raced));
    store_ = open();
    EXPECT_EQ(store_.intake->count({}), job_counts{.done = std::size_t(raced)});
    for (const auto& id : done) {
        const auto one = store_.intake->find(id);
        ASSERT_TRUE(one);
        EXPECT_EQ(one->status.state, job_state::done);
        EXPECT_EQ(one->revision, 2) << "leased and done, once each";
    }
}

}  // namespace
}  // namespace medusa
