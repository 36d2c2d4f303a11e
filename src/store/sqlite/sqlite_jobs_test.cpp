#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "contract/job_contract.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

job_ports open_in(const fs::path& folder) {
    return job_ports_of(make_sqlite_store({.file = folder / "medusa.db"}));
}

INSTANTIATE_TEST_SUITE_P(sqlite, job_contract,
                         testing::Values(job_store_under_test{
                             "sqlite", open_in, [](const fs::path&) { return "sqlite"; }}));

class sqlite_jobs : public testing::Test {
protected:
    void run(const std::string& script) {
        sqlite::connection on(folder_.path() / "medusa.db", sqlite::access::write,
                              std::chrono::seconds(1));
        on.run(script);
    }

    // How SQLite goes about it, a step a line.
    std::string plan_of(const std::string& sql) {
        sqlite::connection on(folder_.path() / "medusa.db", sqlite::access::read,
                              std::chrono::seconds(1));
        sqlite::query steps(on, "EXPLAIN QUERY PLAN " + sql);
        std::string plan;
        while (steps.next()) plan += steps.text(3) + "\n";
        return plan;
    }

    testing_support::scratch_folder folder_;
    time_point now_ = from_rfc3339("2026-11-23T01:35:09.045Z");
    job_ports store_ = open_in(folder_.path());
};

TEST_F(sqlite_jobs, that_are_damaged_are_named_and_keep_nobody_waiting) {
    const auto asked = submission_for("s", "anna", 4, now_);
    const auto jobs = jobs_for(asked);
    store_.intake->submit(asked, jobs, now_);
    auto taken = jobs[2];
    taken.status.state = job_state::leased;
    store_.leases->swap(taken, 0, job_durability::soon);
    run(fmt::format("UPDATE jobs SET record = '{{' WHERE id IN ('{}', '{}')", jobs[0].id,
                    jobs[2].id));

    const auto next = store_.leases->next({}, now_, now_);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->id, jobs[1].id);
    EXPECT_EQ(store_.leases->next({.submission_id = "s"}, now_, now_)->id, jobs[1].id);
    EXPECT_TRUE(store_.leases->held().empty());
    std::vector<std::string> damaged;
    EXPECT_EQ(store_.intake->list({.damaged = &damaged}).size(), 2u);
    EXPECT_EQ(damaged, (std::vector{jobs[2].id, jobs[0].id}));
    for (const auto& look : {std::function<void()>([&] { store_.intake->find(jobs[0].id); }),
                             std::function<void()>([&] { store_.leases->find(jobs[0].id); }),
                             std::function<void()>([&] { store_.intake->list({.before = 2}); })}) {
        try {
            look();
            ADD_FAILURE() << "damage went unseen";
        } catch (const error& reason) {
            EXPECT_EQ(reason.code(), errc::corrupted);
            EXPECT_NE(reason.detail().find(jobs[0].id), std::string::npos) << reason.detail();
        }
    }
}

// Each question that is asked all the time is answered from an index in the order that is wanted.
TEST_F(sqlite_jobs, are_never_searched_from_end_to_end_nor_sorted) {
    for (const auto& sql :
         {"SELECT owner FROM job_owners WHERE queued > 0 ORDER BY turn, owner",
          "SELECT id, record FROM jobs WHERE state = 'queued' AND owner = 1 "
          "AND (not_before_ms <= 5 OR not_before_ms > 9) ORDER BY priority DESC, sequence",
          "SELECT id, record FROM jobs WHERE state = 'queued' "
          "AND submission = (SELECT sequence FROM submissions WHERE id = 's') "
          "AND (not_before_ms <= 5 OR not_before_ms > 9) ORDER BY priority DESC, sequence",
          "SELECT id, record FROM jobs WHERE state = 'leased' ORDER BY sequence",
          "SELECT record FROM jobs INDEXED BY jobs_by_age WHERE state = 'queued' "
          "ORDER BY sequence LIMIT 1",
          "SELECT max(turn) FROM job_owners"}) {
        const auto plan = plan_of(sql);
        EXPECT_NE(plan.find("INDEX"), std::string::npos) << sql << "\n" << plan;
        EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << sql << "\n" << plan;
    }
}

// A search of all of them would take a minute.
TEST_F(sqlite_jobs, are_leased_as_quickly_when_very_many_wait) {
    constexpr int waiting = 20'000;
    constexpr int owners = 100;
    const auto many = submission_for("many", "anna", waiting, now_);
    store_.intake->submit(many, jobs_for(many), now_);
    for (int i = 0; i < owners; ++i) {
        const auto one = submission_for(fmt::format("of {}", i), fmt::format("{}", i), 1, now_);
        store_.intake->submit(one, jobs_for(one), now_);
    }
    const auto start = std::chrono::steady_clock::now();
    std::set<std::string> served;
    for (int i = 0; i <= owners; ++i) {
        auto next = store_.leases->next({}, now_, now_);
        ASSERT_TRUE(next);
        served.insert(next->owner.user_id);
        next->status.state = job_state::leased;
        next->revision = 1;
        EXPECT_TRUE(store_.leases->swap(*next, 0, job_durability::soon));
        EXPECT_EQ(store_.leases->next({.submission_id = "many"}, now_, now_)->owner.user_id,
                  "anna");
        EXPECT_EQ(store_.intake->count({.user_id = "anna"}).all(), std::size_t(waiting));
    }
    EXPECT_EQ(served.size(), std::size_t(owners + 1)) << "each had a turn";
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace medusa
