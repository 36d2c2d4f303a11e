// Workers that are told by a feed when there is something to do.
#include "worker/entrance.hpp"

#include "pipeline/worker_fixture.hpp"
#include "support/memory_feed.hpp"

namespace medusa {
namespace {

using testing_support::memory_feed;

class entrance_test : public worker_test {
protected:
    void SetUp() override {
        worker_test::SetUp();
        queue_.emplace(job_queue_parts{*store_.intake, *store_.leases, system_clock(), random_ids(),
                                       [] { return 0.0; }, &feed_});
    }

    void run_with_feed(const worker_watcher& watcher = {}) {
        const auto with = plain();
        auto parts = parts_of(*queue_, with);
        parts.feed = &feed_;
        run_worker(parts, until_done(), watcher, {});
    }

    memory_feed feed_;
    int outages_ = 0;
};

TEST_F(entrance_test, each_job_takes_one_ticket_and_hands_it_in) {
    submitted(3);
    EXPECT_EQ(feed_.state().tickets, 3u);
    run_with_feed();
    expect_characters(3);
    EXPECT_EQ(feed_.state().tickets, 0u);
    EXPECT_EQ(feed_.state().made, 3u);
}

TEST_F(entrance_test, a_ticket_too_many_finds_no_job_and_is_handed_in) {
    const turn surplus[] = {{"a", {}}, {"b", {}}};
    submitted(1);
    feed_.announce(surplus);
    run_with_feed();
    expect_characters(1);
    EXPECT_LE(feed_.state().tickets, 2u);
    run_with_feed();
    EXPECT_EQ(feed_.wait(std::chrono::milliseconds(0), {}), nullptr);
}

TEST_F(entrance_test, lost_tickets_are_made_anew) {
    submitted(2);
    feed_.lose_all();
    run_with_feed();
    expect_characters(2);
}

TEST_F(entrance_test, work_goes_on_while_the_feed_is_gone_and_it_is_said_once) {
    feed_.fail(true);
    submitted(3);
    std::vector<std::string> told;
    run_with_feed({.trouble = [&](const error& outage) { told.push_back(outage.detail()); }});
    expect_characters(3);
    EXPECT_EQ(told, std::vector<std::string>{"NATS connection failed: it is gone"});
}

TEST_F(entrance_test, a_feed_that_answers_half_is_told_of_once) {
    feed_.lose_all();
    entrance gate(*queue_, &feed_, time_, [&](const error&) { ++outages_; });
    feed_.fail_state(true);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(gate.next({}).may_ask) << i;
    EXPECT_EQ(outages_, 1);
    feed_.fail_state(false);
    gate.next({});
    EXPECT_TRUE(gate.waits());
}

TEST_F(entrance_test, a_job_that_is_tried_again_keeps_its_ticket) {
    submitted(1);
    engine_.during_first = [] { throw error(errc::unavailable, "the pod is gone"); };
    run_with_feed();
    expect_characters(1);
    EXPECT_EQ(feed_.put_off().size(), 1u);
    EXPECT_EQ(feed_.state().made, 1u);
}

}  // namespace
}  // namespace medusa
