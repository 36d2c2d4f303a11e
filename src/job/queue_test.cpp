#include "job/queue.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include "core/limits.hpp"
#include "support/queue_on_trial.hpp"

namespace medusa {
namespace {

using namespace testing_support;
using std::chrono::hours;
using std::chrono::seconds;

class queue : public queue_on_trial {};

std::vector<std::string> told(const job& about) {
    std::vector<std::string> words;
    for (const auto& one : about.events) words.push_back(one.what);
    return words;
}

using words = std::vector<std::string>;

TEST_F(queue, accepts_what_is_asked_and_fills_in_the_rest) {
    submission asked;
    asked.owner = anna;
    auto second = wish_for("Sol");
    second.line = 7;
    second.priority = 2;
    second.tries_max = 1;
    const auto stored = queue_.submit(asked, {wish_for("Luna"), second});
    EXPECT_TRUE(is_uuid(stored.id));
    EXPECT_EQ(stored.total, 2u);
    EXPECT_EQ(stored.fingerprint.size(), 64u);
    EXPECT_EQ(stored.created_at, time_.now());
    EXPECT_EQ(queue_.find_submission(stored.id), stored);
    const auto listed = queue_.list({.submission_id = stored.id});
    ASSERT_EQ(listed.size(), 2u);
    const auto& sol = listed[0].found;
    EXPECT_EQ(sol.id, derived_uuid(stored.id, 1));
    EXPECT_EQ(sol.index, 1);
    EXPECT_EQ(sol.line, 7);
    EXPECT_EQ(sol.priority, 2);
    EXPECT_EQ(sol.tries_max, 1);
    EXPECT_EQ(sol.owner, anna);
    EXPECT_EQ(sol.request, second.request);
    EXPECT_EQ(told(sol), words{"queued"});
    EXPECT_EQ(queue_.find_unfinished(anna, {}, {wish_for("Luna"), second}), stored);
    EXPECT_FALSE(queue_.find_unfinished(ben, {}, {wish_for("Luna"), second}));
    EXPECT_FALSE(queue_.find_unfinished(anna, {}, {wish_for("Luna")}));
}

TEST_F(queue, refuses_nothing_and_malformed_keys) {
    EXPECT_EQ(refusal([&] { queue_.submit({}, {}); }), errc::invalid_argument);
    EXPECT_EQ(refusal([&] { submit(anna, std::string(256, 'k')); }), errc::invalid_argument);
    EXPECT_EQ(refusal([&] { submit(anna, "a\nb"); }), errc::invalid_argument);
    EXPECT_EQ(refusal([&] { submit(anna, "clé"); }), errc::invalid_argument);
    EXPECT_EQ(queue_.count({}).all(), 0u);
    submit(anna, std::string(255, 'k'));
    EXPECT_EQ(queue_.count({}).all(), 1u);
}

TEST_F(queue, refuses_more_than_may_wait) {
    struct crowded final : memory_jobs {
        job_counts count(const job_query&) override {
            return {.queued = limits::jobs_waiting - 1, .done = 1'000'000};
        }
    } crowd;
    auto full = made(crowd);
    submission asked;
    asked.owner = anna;
    EXPECT_EQ(refusal([&] {
                  full.submit(asked, {wish_for("Luna"), wish_for("Sol")});
              }),
              errc::quota);
    EXPECT_EQ(full.submit(asked, {wish_for("Luna")}).total, 1u);
}

TEST_F(queue, many_at_once_come_no_further_than_the_owners_limit) {
    job_queue small({jobs_, jobs_, time_, ids_, [] { return 0.5; }, nullptr, 3});
    std::atomic<int> accepted = 0;
    const auto hand_in = [&](const owner_info& owner) {
        submission asked;
        asked.owner = owner;
        try {
            small.submit(asked, {wish_for("Luna")});
            ++accepted;
        } catch (const error& full) {
            EXPECT_EQ(full.code(), errc::quota);
            EXPECT_NE(full.detail().find("at most 3 may"), std::string::npos) << full.detail();
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) threads.emplace_back([&] { hand_in(anna); });
    }
    EXPECT_EQ(accepted, 3);
    auto held = small.lease("w", {}, true).value();
    hand_in(anna);
    EXPECT_EQ(accepted, 3) << "what runs counts as well";
    hand_in(ben);
    EXPECT_EQ(accepted, 4) << "nobody else's jobs do";
    EXPECT_TRUE(small.failed(held, error(errc::invalid_argument, "this cannot be drawn")));
    hand_in(anna);
    EXPECT_EQ(accepted, 5);
    EXPECT_EQ(refusal([&] { small.retry(held.id, "anna"); }), errc::quota);
}

TEST_F(queue, answers_a_known_key_also_where_no_more_jobs_may_wait) {
    job_queue small({jobs_, jobs_, time_, ids_, [] { return 0.5; }, nullptr, 1});
    submission asked;
    asked.owner = anna;
    asked.idempotency_key = "key";
    const auto first = small.submit(asked, {wish_for("Luna")});
    EXPECT_EQ(small.submit(asked, {wish_for("Luna")}), first);
    EXPECT_THROW(small.submit(asked, {wish_for("Sol")}), key_reused);
    asked.idempotency_key = "another";
    EXPECT_EQ(refusal([&] { small.submit(asked, {wish_for("Luna")}); }), errc::quota);
    asked.idempotency_key = {};
    EXPECT_EQ(refusal([&] { small.submit(asked, {wish_for("Luna")}); }), errc::quota);
    time_.add(hours(24) + seconds(1));
    asked.idempotency_key = "key";
    EXPECT_EQ(refusal([&] { small.submit(asked, {wish_for("Luna")}); }), errc::quota);
}

TEST_F(queue, answers_a_key_with_what_it_stood_for_for_a_day) {
    const auto first = submit(anna, "key");
    EXPECT_EQ(submit(anna, "key"), first);
    EXPECT_THROW(submit(anna, "key", "Sol"), key_reused);
    EXPECT_FALSE(queue_.find_keyed(ben.user_id, "key"));
    EXPECT_NE(submit(ben, "key"), first);
    time_.add(hours(24));
    EXPECT_EQ(submit(anna, "key"), first);
    EXPECT_EQ(queue_.find_keyed(anna.user_id, "key"), first);
    time_.add(seconds(1));
    EXPECT_FALSE(queue_.find_keyed(anna.user_id, "key"));
    EXPECT_NE(submit(anna, "key", "Sol"), first);
    EXPECT_EQ(queue_.count({}).queued, 3u);
}

TEST_F(queue, goes_on_with_a_batch_and_gives_what_ended_badly_another_life) {
    const auto first = submit(anna, {}, "Luna", "batch");
    auto held = queue_.lease("w", {}, true).value();
    queue_.failed(held, error(errc::invalid_argument, "this cannot be drawn"));
    ASSERT_EQ(held.status.state, job_state::failed);
    submission asked;
    asked.id = "batch";
    asked.owner = anna;
    queue_.submit(asked, {wish_for("Luna mended"), wish_for("Sol")});
    EXPECT_EQ(queue_.count({.submission_id = "batch"}), job_counts{.queued = 2});
    EXPECT_EQ(queue_.find(held.id)->request, wish_for("Luna mended").request);
    EXPECT_EQ(refusal([&] { submit(ben, {}, "Luna", "batch"); }), errc::conflict);
    EXPECT_EQ(queue_.find_submission("batch")->owner, first.owner);
}

TEST_F(queue, tells_a_line_that_nothing_can_be_made_of_as_failed) {
    auto bad = wish_for("");
    bad.unreadable = error(errc::invalid_argument, "line 2 has no name", "Give it one");
    submission asked;
    asked.owner = anna;
    const auto stored = queue_.submit(asked, {wish_for("Luna"), bad});
    const auto one = queue_.find(derived_uuid(stored.id, 1));
    ASSERT_TRUE(one);
    EXPECT_EQ(one->status.state, job_state::failed);
    ASSERT_EQ(one->failures.size(), 1u);
    EXPECT_EQ(one->failures[0].detail, "line 2 has no name");
    EXPECT_EQ(queue_.count({}), (job_counts{.queued = 1, .failed = 1}));
}

TEST_F(queue, leases_a_job_to_one_worker_under_a_new_token) {
    submit();
    const auto held = queue_.lease("worker", {}, true);
    ASSERT_TRUE(held);
    EXPECT_EQ(held->status.state, job_state::leased);
    EXPECT_EQ(held->lease.worker, "worker");
    EXPECT_FALSE(queue_.lease("another", {}, true));
    auto back = *held;
    EXPECT_TRUE(queue_.released(back));
    EXPECT_EQ(back.lease, job_lease{});
    const auto again = queue_.lease("another", {}, true);
    ASSERT_TRUE(again);
    EXPECT_NE(again->lease.token, held->lease.token);
    EXPECT_EQ(told(*again), (words{"queued", "leased", "queued", "leased"}));
    for (std::size_t i = 0; i < again->events.size(); ++i)
        EXPECT_EQ(again->events[i].sequence, std::int64_t(i) + 1);
}

TEST_F(queue, takes_every_step_of_a_picture_once) {
    auto held = held_job_of_anna();
    EXPECT_TRUE(queue_.progressed(held, {"drawing", 3, 20}));
    EXPECT_EQ(queue_.find(held.id)->progress, (job_progress{"drawing", 3, 20}));
    for (const auto stage : {job_stage::rendered, job_stage::uploaded, job_stage::uploaded,
                             job_stage::recorded, job_stage::indexed})
        EXPECT_TRUE(queue_.reached(held, stage));
    EXPECT_TRUE(queue_.picture_whole(held, 1));
    auto late = held;
    EXPECT_TRUE(queue_.succeeded(held, {"a note"}));
    const auto stored = queue_.find(held.id).value();
    EXPECT_EQ(stored.status.state, job_state::done);
    EXPECT_EQ(stored.notes, words{"a note"});
    EXPECT_EQ(stored.progress, job_progress{});
    EXPECT_EQ(told(stored), (words{"queued", "leased", "rendered", "uploaded", "recorded",
                                   "indexed", "picture", "done"}));
    EXPECT_FALSE(queue_.succeeded(late, {})) << "it is nobody's any more";
}

TEST_F(queue, counts_a_picture_once_when_the_answer_to_that_was_lost) {
    auto held = held_job_of_anna();
    auto unheard = held;
    ASSERT_TRUE(queue_.picture_whole(unheard, 1));
    EXPECT_TRUE(queue_.picture_whole(held, 1));
    EXPECT_EQ(queue_.find(held.id)->status.pictures, 1);
    EXPECT_TRUE(queue_.picture_whole(held, 2));
    EXPECT_EQ(queue_.find(held.id)->status.pictures, 2);
}

TEST_F(queue, lets_a_worker_that_lost_its_lease_change_nothing) {
    auto stale = held_job_of_anna();
    ASSERT_TRUE(queue_.take_back(seen(stale.id), "silent"));
    const auto holder = queue_.lease("another", {}, true).value();
    const std::function<bool(job&)> changes[] = {
        [&](job& one) { return queue_.beat(one); },
        [&](job& one) { return queue_.reached(one, job_stage::rendered); },
        [&](job& one) {
            return queue_.progressed(one, {"drawing", 1, 2});
        },
        [&](job& one) { return queue_.succeeded(one, {}); },
        [&](job& one) { return queue_.failed(one, remote_failing(failure_class::transient)); },
        [&](job& one) { return queue_.failed(one, error(errc::invalid_argument, "no")); },
        [&](job& one) { return queue_.released(one); }};
    for (const auto& change : changes) {
        auto mine = stale;
        EXPECT_FALSE(change(mine));
        EXPECT_EQ(queue_.find(stale.id), holder);
    }
}

TEST_F(queue, takes_a_job_back_only_without_a_sign_of_life) {
    auto held = held_job_of_anna();
    const auto before = seen(held.id);
    EXPECT_TRUE(queue_.beat(held));
    EXPECT_FALSE(queue_.take_back(before, "silent")) << "it showed a sign of life";
    EXPECT_TRUE(queue_.take_back(seen(held.id), "silent"));
    EXPECT_FALSE(queue_.beat(held));
    const auto free = queue_.find(held.id).value();
    EXPECT_EQ(free.status.state, job_state::queued);
    EXPECT_EQ(free.status.losses, 1);
    EXPECT_EQ(free.events.back().what, "lost");
    EXPECT_EQ(free.events.back().detail, "silent");
    EXPECT_FALSE(queue_.take_back(before, "silent")) << "once is enough";
}

TEST_F(queue, runs_a_job_that_was_lost_twice_alone_and_gives_it_up_at_last) {
    submit();
    std::string id;
    for (int loss = 0; loss < 2; ++loss) {
        id = queue_.lease("w", {}, false).value().id;
        queue_.take_back(seen(id), "gone");
    }
    submit(ben, {}, "Sol");
    EXPECT_EQ(queue_.lease("w", {}, false)->owner, ben);
    EXPECT_FALSE(queue_.lease("w", {}, false)) << "something else runs here";
    for (int loss = 0; loss < 5; ++loss) {
        const auto held = queue_.lease("w", {}, true);
        ASSERT_TRUE(held) << loss;
        queue_.take_back(seen(held->id), "gone");
    }
    const auto poison = queue_.find(id).value();
    EXPECT_EQ(poison.status.state, job_state::dead);
    ASSERT_FALSE(poison.failures.empty());
    EXPECT_EQ(poison.events.back().what, "dead");
    EXPECT_FALSE(queue_.lease("w", {}, true));
    EXPECT_EQ(queue_.retry(id, "anna").status.state, job_state::queued);
    EXPECT_TRUE(queue_.lease("w", {}, false)) << "its past is forgotten";
}

TEST_F(queue, tries_again_after_a_pause_and_keeps_every_failure) {
    submit();
    int attempts = 0;
    for (;; ++attempts) {
        ASSERT_LT(attempts, 100);
        auto held = queue_.lease("w", {}, true);
        if (!held) {
            time_.add(seconds(400));
            held = queue_.lease("w", {}, true);
        }
        if (!held) break;
        EXPECT_TRUE(queue_.failed(*held, remote_failing(failure_class::transient)));
        if (held->status.state == job_state::queued) {
            EXPECT_GT(held->status.not_before, time_.now());
            EXPECT_FALSE(queue_.lease("w", {}, true)) << "before its time";
        }
    }
    const auto dead = queue_.list({})[0].found;
    EXPECT_EQ(attempts, 5);
    EXPECT_EQ(dead.status.state, job_state::dead);
    ASSERT_EQ(dead.failures.size(), 5u);
    EXPECT_EQ(dead.failures[0].code, "unavailable");
    EXPECT_EQ(dead.failures[0].detail, "the server is gone");
    EXPECT_EQ(dead.failures[0].advice, "Wait");
}

TEST_F(queue, cancels_at_once_what_waits_and_tells_a_worker_of_the_rest) {
    const auto waiting = queue_.list({.submission_id = submit().id})[0].found.id;
    EXPECT_EQ(queue_.cancel(waiting, "anna").status.state, job_state::cancelled);
    EXPECT_FALSE(queue_.lease("w", {}, true));

    auto held = held_job_of_anna();
    EXPECT_EQ(queue_.cancel(held.id, "anna").status.state, job_state::leased);
    EXPECT_TRUE(seen(held.id).cancel_wanted);
    EXPECT_FALSE(held.status.cancel_wanted) << "the worker knows with its next word";
    EXPECT_TRUE(queue_.beat(held));
    EXPECT_TRUE(held.status.cancel_wanted);
    const auto twice = queue_.cancel(held.id, "anna");
    EXPECT_EQ(twice, held) << "twice is once";
    EXPECT_TRUE(queue_.cancel_heard(held));
    EXPECT_EQ(queue_.find(held.id)->status.state, job_state::cancelled);
    EXPECT_EQ(told(held), (words{"queued", "leased", "cancel wanted", "cancelled"}));
}

TEST_F(queue, cancels_a_job_whose_worker_goes_down_or_fails) {
    auto held = held_job_of_anna();
    queue_.cancel(held.id, "anna");
    EXPECT_TRUE(queue_.take_back(seen(held.id), "gone"));
    EXPECT_EQ(queue_.find(held.id)->status.state, job_state::cancelled);

    auto other = held_job_of_anna();
    queue_.cancel(other.id, "anna");
    EXPECT_TRUE(queue_.failed(other, remote_failing(failure_class::transient)));
    EXPECT_EQ(other.status.state, job_state::cancelled);
}

TEST_F(queue, refuses_wishes_for_jobs_that_are_others_or_past_them) {
    auto held = held_job_of_anna();
    EXPECT_EQ(refusal([&] { queue_.cancel(held.id, "ben"); }), errc::not_found);
    EXPECT_EQ(refusal([&] { queue_.cancel("none", "anna"); }), errc::not_found);
    EXPECT_EQ(refusal([&] { queue_.retry(held.id, "ben"); }), errc::not_found);
    EXPECT_EQ(refusal([&] { queue_.retry(held.id, "anna"); }), errc::conflict);
    queue_.succeeded(held, {});
    EXPECT_EQ(refusal([&] { queue_.cancel(held.id, "anna"); }), errc::conflict);
    EXPECT_EQ(refusal([&] { queue_.retry(held.id, "anna"); }), errc::conflict);
    EXPECT_EQ(queue_.find(held.id), held);
}

TEST_F(queue, keeps_the_newest_events_in_sequence) {
    auto held = held_job_of_anna();
    for (int i = 0; i < 60; ++i) {
        queue_.released(held);
        held = queue_.lease("w", {}, true).value();
    }
    EXPECT_EQ(held.events.size(), 40u);
    EXPECT_EQ(held.events.back().sequence, 122);
    for (std::size_t i = 1; i < held.events.size(); ++i)
        EXPECT_EQ(held.events[i].sequence, held.events[i - 1].sequence + 1);
}

}  // namespace
}  // namespace medusa
