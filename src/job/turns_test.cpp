#include "job/turns.hpp"

#include "support/memory_feed.hpp"
#include "support/queue_on_trial.hpp"

namespace medusa {
namespace {

using namespace testing_support;

class turns : public queue_on_trial {
protected:
    // What a worker does with a ticket.
    std::optional<job> leased() {
        const auto held = feed_.wait(std::chrono::milliseconds(0), {});
        if (!held) return std::nullopt;
        held->done();
        return queue_.lease("worker", {}, true);
    }

    void submit_many(std::size_t count, const std::string& id = {}) {
        submission asked;
        asked.id = id;
        asked.owner = anna;
        queue_.submit(asked, std::vector<asked_job>(count, wish_for("Luna")));
    }

    memory_feed feed_;
    job_queue queue_{{jobs_, jobs_, time_, ids_, [] { return 0.5; }, &feed_}};
};

TEST_F(turns, each_job_that_waits_is_announced_once) {
    submit_many(3);
    EXPECT_EQ(feed_.state().tickets, 3u);
    submit_many(2);
    EXPECT_EQ(feed_.state().tickets, 5u);
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(leased()) << i;
    EXPECT_FALSE(leased());
}

TEST_F(turns, a_job_that_comes_back_is_announced_again) {
    submit_many(1);
    auto held = leased().value();
    EXPECT_TRUE(queue_.take_back(seen(held.id), "its worker has died"));
    held = leased().value();
    queue_.failed(held, error(errc::invalid_argument, "this cannot be drawn"));
    EXPECT_EQ(feed_.state().tickets, 0u);
    queue_.retry(held.id, anna.user_id);
    EXPECT_EQ(leased()->id, held.id);
}

TEST_F(turns, a_batch_that_goes_on_announces_what_waits_anew) {
    submit_many(1, "batch");
    auto held = leased().value();
    queue_.failed(held, error(errc::invalid_argument, "this cannot be drawn"));
    submit_many(1, "batch");
    EXPECT_EQ(leased()->id, held.id);
}

TEST_F(turns, jobs_are_accepted_while_nobody_can_be_told) {
    feed_.fail(true);
    submit_many(3);
    EXPECT_EQ(queue_.count({}).queued, 3u);
    EXPECT_THROW(make_up_for_turns(feed_, queue_.count({})), error);
    feed_.fail(false);
    make_up_for_turns(feed_, queue_.count({}));
    EXPECT_EQ(feed_.state().tickets, 3u);
}

TEST_F(turns, tickets_that_are_lost_are_made_anew_and_not_more) {
    submit_many(4);
    auto held = leased();
    feed_.lose_all();
    const auto counts = queue_.count({});
    make_up_for_turns(feed_, counts);
    EXPECT_EQ(feed_.state().tickets, 3u);
    // One for each that waits, and one for the one that runs.
    for (int i = 0; i < 3; ++i) make_up_for_turns(feed_, counts);
    EXPECT_EQ(feed_.state().tickets, 4u);
}

TEST_F(turns, workers_that_look_at_the_same_time_make_them_once) {
    feed_.fail(true);
    submit_many(4);
    feed_.fail(false);
    const auto seen = feed_.state();
    make_up_for_turns(feed_, queue_.count({}));
    feed_.pretend(seen);
    make_up_for_turns(feed_, queue_.count({}));
    EXPECT_EQ(feed_.state().tickets, 4u);
}

TEST_F(turns, of_very_many_jobs_only_the_next_ones_are_announced) {
    submit_many(2 * turns_ahead);
    EXPECT_EQ(feed_.state().tickets, turns_ahead);
    for (std::size_t i = 0; i < turns_ahead; ++i) ASSERT_TRUE(leased());
    make_up_for_turns(feed_, queue_.count({}));
    EXPECT_EQ(feed_.state().tickets, turns_ahead);
}

TEST_F(turns, who_listens_hears_how_far_a_job_is_and_when_it_may_be_done) {
    submit_many(1);
    auto held = leased().value();
    held.progress = {"drawing", 5, 20};
    held.updated_at = held.events.back().at + std::chrono::seconds(4);
    tell_progress(feed_, held);
    ASSERT_EQ(feed_.told().size(), 1u);
    EXPECT_EQ(feed_.told()[0], fmt::format(R"({{"job":"{}","stage":"accepted","doing":"drawing",)"
                                           R"("step":5,"steps":20,"etaSeconds":12}})",
                                           held.id));
}

}  // namespace
}  // namespace medusa
