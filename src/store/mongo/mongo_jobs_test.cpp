#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "contract/job_contract.hpp"
#include "store/mongo/mongo_store.hpp"
#include "support/mongo_server.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing_support::mongo_uri_for;
using testing_support::run_on_mongo;

job_ports open_in(const fs::path& folder) {
    return job_ports_of(make_mongo_store({.uri = mongo_uri_for(folder)}));
}

// The server of the tests is a slow one.
INSTANTIATE_TEST_SUITE_P(
    mongo, job_contract,
    testing::Values(job_store_under_test{
        .kind = "mongo", .open = open_in, .address = mongo_uri_for, .many = 100, .raced = 24}));

class mongo_jobs : public testing::Test {
protected:
    void set(const char* collection, const std::string& id, const json::object& fields) {
        run_on_mongo(mongo_uri_for(folder_.path()),
                     json::serialize(json::object{
                         {"update", collection},
                         {"updates", {{{"q", {{"_id", id}}}, {"u", {{"$set", fields}}}}}}}));
    }

    testing_support::scratch_folder folder_;
    time_point now_ = from_rfc3339("2026-11-23T01:35:09.045Z");
    job_ports store_ = open_in(folder_.path());
};

// What submit() leaves when its process dies before it accepts.
TEST_F(mongo_jobs, of_a_submission_that_is_not_all_there_are_seen_by_nobody) {
    auto asked = submission_for("s", "anna", 2, now_);
    const auto jobs = jobs_for(asked);
    store_.intake->submit(asked, jobs, now_);
    set("medusa_submissions", "s", {{"state", "collecting"}});
    for (const auto& one : jobs) set("medusa_jobs", one.id, {{"state", "hidden"}});
    store_ = open_in(folder_.path());
    EXPECT_FALSE(store_.intake->find_submission("s"));
    EXPECT_FALSE(store_.intake->find_unfinished("anna", asked.fingerprint));
    EXPECT_FALSE(store_.intake->find(jobs[0].id));
    EXPECT_TRUE(store_.intake->list({}).empty());
    EXPECT_EQ(store_.intake->count({}), job_counts{});
    EXPECT_FALSE(store_.leases->next({}, now_, now_));
    auto stolen = jobs[0];
    stolen.revision = 1;
    EXPECT_FALSE(store_.leases->swap(stolen, 0, job_durability::now));

    // Asked for again, also with other words, it is there.
    auto again = jobs;
    again[1].notes = {"as it is asked for now"};
    EXPECT_EQ(store_.intake->submit(asked, again, now_), asked);
    EXPECT_EQ(store_.intake->count({}), job_counts{.queued = 2});
    EXPECT_EQ(store_.intake->find(jobs[1].id), again[1]);
}

// What it leaves when its process dies after that.
TEST_F(mongo_jobs, of_a_submission_that_is_accepted_are_shown_by_whoever_finds_it) {
    const auto asked = submission_for("s", "anna", 2, now_);
    const auto jobs = jobs_for(asked);
    store_.intake->submit(asked, jobs, now_);
    const auto hide = [&] {
        set("medusa_submissions", "s", {{"state", "accepted"}});
        for (const auto& one : jobs) set("medusa_jobs", one.id, {{"state", "hidden"}});
    };
    hide();
    EXPECT_TRUE(store_.intake->find_submission("s"));
    const auto next = store_.leases->next({}, now_, now_);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->id, jobs[0].id);
    hide();
    store_ = open_in(folder_.path());
    EXPECT_EQ(store_.intake->count({}), job_counts{.queued = 2});
}

TEST_F(mongo_jobs, are_accepted_and_leased_once_though_answers_get_lost) {
    constexpr int jobs = 8;
    const testing_support::mongo_server server(testing_support::mongo_server::faults{.lose = 7});
    store_ = job_ports_of(make_mongo_store({.uri = server.uri("lossy")}));
    auto asked = submission_for("s", "anna", jobs, now_);
    asked.idempotency_key = "key";
    EXPECT_EQ(store_.intake->submit(asked, jobs_for(asked), now_).id, "s");
    EXPECT_EQ(store_.intake->count({}), job_counts{.queued = jobs});
    int leased = 0;
    while (auto one = store_.leases->next({}, now_, now_)) {
        ASSERT_LE(++leased, jobs);
        one->revision = 1;
        one->status.state = job_state::leased;
        one->lease = {"token of " + one->id, "worker", 0};
        EXPECT_TRUE(store_.leases->swap(*one, 0, job_durability::soon));
    }
    EXPECT_EQ(leased, jobs);
    EXPECT_EQ(store_.intake->count({}), job_counts{.leased = jobs});
}

TEST_F(mongo_jobs, that_are_damaged_are_named_and_keep_nobody_waiting) {
    const auto asked = submission_for("s", "anna", 2, now_);
    const auto jobs = jobs_for(asked);
    store_.intake->submit(asked, jobs, now_);
    set("medusa_jobs", jobs[0].id, {{"record", 5}});
    EXPECT_EQ(store_.leases->next({}, now_, now_)->id, jobs[1].id);
    std::vector<std::string> damaged;
    EXPECT_EQ(store_.intake->list({.damaged = &damaged}).size(), 1u);
    EXPECT_EQ(damaged, std::vector{jobs[0].id});
    try {
        store_.intake->find(jobs[0].id);
        ADD_FAILURE() << "damage went unseen";
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::corrupted);
        EXPECT_NE(reason.detail().find(jobs[0].id), std::string::npos) << reason.detail();
    }
}

}  // namespace
}  // namespace medusa
