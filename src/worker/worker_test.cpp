// Whole workers on real stores: jobs that end well, badly, and by the user's wish.
#include "worker/worker.hpp"

#include "job/lifecycle.hpp"
#include "pipeline/worker_fixture.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;

TEST_F(worker_test, a_job_runs_to_its_end_and_tells_each_stage) {
    submitted(1);
    std::vector<std::string> told;
    run(until_done(), {.changed = [&](const job& one) { told.push_back(one.events.back().what); }});
    EXPECT_EQ(only_job().status.state, job_state::done);
    EXPECT_EQ(told,
              (std::vector<std::string>{"leased", "rendered", "uploaded", "recorded", "done"}));
    EXPECT_TRUE(store_.characters->find_by_job(only_job().id));
    expect_pictures(1);
}

TEST_F(worker_test, an_image_job_tells_each_picture_that_is_whole) {
    const auto owner = create_character(plain(), luna(random_ids().uuid()), quiet()).record;
    submitted(images_of(owner.id, 3));
    std::vector<int> whole;
    run(until_done(), {.changed = [&](const job& one) {
            if (one.events.back().what == "picture") whole.push_back(one.status.pictures);
        }});
    EXPECT_EQ(whole, (std::vector<int>{1, 2, 3}));
    EXPECT_EQ(only_job().status.state, job_state::done);
    EXPECT_EQ(engine_.rendered, 1 + 3);
    expect_pictures(4);
}

TEST_F(worker_test, many_jobs_on_several_threads_are_each_done_once) {
    submitted(12);
    auto terms = until_done();
    terms.concurrency = 4;
    run(terms);
    for (const auto& one : jobs()) EXPECT_EQ(one.status.state, job_state::done);
    EXPECT_EQ(engine_.rendered, 12);
    EXPECT_EQ(listed().size(), 12u);
    expect_pictures(12);
}

TEST_F(worker_test, only_the_wanted_submission_is_done) {
    submitted(1);
    const auto wanted = submitted(2);
    run(until_done(wanted));
    EXPECT_EQ(queue_->count({.submission_id = wanted}).done, 2u);
    EXPECT_EQ(queue_->count({}).queued, 1u);
}

TEST_F(worker_test, what_fails_for_a_while_is_tried_again) {
    submitted(1);
    fault_plan plan("render 1");
    faulty_story story(plain(), plan);
    run_worker(parts_of(*queue_, story.parts), until_done(), {}, {});
    const auto one = only_job();
    EXPECT_EQ(one.status.state, job_state::done);
    ASSERT_EQ(one.failures.size(), 1u);
    EXPECT_EQ(one.failures[0].detail, "injected");
    expect_pictures(1);
}

TEST_F(worker_test, a_job_whose_attempts_are_used_up_is_dead_and_gives_up_what_it_took) {
    submitted(1);
    engine_.wrong_by = 8;
    run(until_done());
    const auto one = only_job();
    EXPECT_EQ(one.status.state, job_state::dead);
    EXPECT_EQ(engine_.rendered, lifecycle::render_attempts);
    EXPECT_EQ(one.failures.size(), std::size_t(lifecycle::render_attempts));
    EXPECT_TRUE(assets_->list("anna").empty());
    expect_nothing_held();
}

TEST_F(worker_test, what_can_never_succeed_fails_at_once) {
    submitted(images_of(1, 1));
    run(until_done());
    EXPECT_EQ(only_job().status.state, job_state::failed);
    EXPECT_EQ(only_job().failures.at(0).code, "not_found");
    EXPECT_EQ(engine_.rendered, 0);
}

TEST_F(worker_test, what_its_parts_cannot_be_made_of_fails_the_job) {
    submitted(1);
    worker_parts with{*queue_, time_,
                      [](const job_surroundings& around) -> const pipeline_parts& {
                          throw error(errc::invalid_argument, "no engine " + around.engine);
                      },
                      folder_};
    run_worker(with, until_done(), {}, {});
    EXPECT_EQ(only_job().status.state, job_state::failed);
    EXPECT_EQ(only_job().failures.at(0).detail, "no engine ");
}

TEST_F(worker_test, a_job_that_is_cancelled_while_it_is_drawn_ends_and_leaves_nothing) {
    submitted(1);
    const auto worker = started(unending());
    expect_soon([&] { return gate_.is_drawing(); });
    EXPECT_EQ(store_.reserved->unused().size(), 1u);
    queue_->cancel(only_job().id, "7");
    expect_soon([&] { return only_job().status.state == job_state::cancelled; });
    expect_soon([&] { return assets_->list("anna").empty() && store_.reserved->unused().empty(); });
    EXPECT_TRUE(only_job().failures.empty());
    EXPECT_EQ(engine_.rendered, 0);
}

TEST_F(worker_test, a_stop_waits_for_what_is_drawn) {
    submitted(2);
    {
        auto worker = started(unending());
        expect_soon([&] { return gate_.is_drawing(); });
        worker.request_stop();
        std::this_thread::sleep_for(20ms);
        gate_.open = true;
    }
    EXPECT_EQ(queue_->count({}).done, 1u);
    EXPECT_EQ(queue_->count({}).queued, 1u) << "a worker that stops takes nothing new";
    EXPECT_EQ(engine_.rendered, 1);
    expect_pictures(1);
}

TEST_F(worker_test, what_does_not_end_in_time_is_given_back_unharmed) {
    submitted(1);
    {
        auto terms = unending();
        terms.drain = 100ms;
        auto worker = started(terms);
        expect_soon([&] { return gate_.is_drawing(); });
        worker.request_stop();
    }
    auto one = only_job();
    EXPECT_EQ(one.status.state, job_state::queued);
    EXPECT_EQ(one.status.attempts + one.status.losses, 0);
    EXPECT_TRUE(one.failures.empty());
    EXPECT_EQ(store_.reserved->unused().size(), 1u) << "it is the job's still";
    EXPECT_TRUE(is_empty("workers"));
    run(until_done());
    EXPECT_EQ(only_job().status.state, job_state::done);
    EXPECT_EQ(engine_.rendered, 1);
    expect_pictures(1);
}

// As an upload that hears of the signal itself, before its story is told.
TEST_F(worker_test, a_part_that_is_stopped_with_the_process_fails_no_job) {
    submitted(1);
    std::stop_source signal;
    engine_.during_first = [&] {
        signal.request_stop();
        throw error(errc::cancelled, "stopped");
    };
    run(unending(), {}, signal.get_token());
    EXPECT_EQ(only_job().status.state, job_state::queued);
    run(until_done());
    expect_pictures(1);
}

TEST_F(worker_test, a_job_that_took_workers_down_runs_alone) {
    submitted(6);
    auto suspect = jobs().at(3);
    suspect.status.losses = lifecycle::losses_before_alone;
    const auto before = suspect.revision++;
    ASSERT_TRUE(store_.leases->swap(suspect, before, job_durability::soon));
    std::atomic<int> beside_it = 0;
    std::atomic<bool> it_draws = false;
    gate_.open = true;
    gate_.seen = [&](const std::string& job_id, int inside) {
        if (job_id == suspect.id) {
            it_draws = true;
            beside_it += inside - 1;
            std::this_thread::sleep_for(50ms);
            it_draws = false;
        } else {
            beside_it += it_draws;
            std::this_thread::sleep_for(100ms);
        }
    };
    auto terms = until_done();
    terms.concurrency = 4;
    const auto with = gated();
    run_worker(parts_of(*queue_, with), terms, {}, {});
    EXPECT_EQ(beside_it, 0);
    EXPECT_GT(gate_.most_inside, 1) << "the others run beside each other";
    EXPECT_EQ(queue_->count({}).done, 6u);
}

TEST_F(worker_test, waits_until_another_worker_has_done_its_part) {
    submitted(1);
    auto taken = queue_->lease("another-machine", {}, true);
    ASSERT_TRUE(taken);
    std::atomic<bool> returned = false;
    std::jthread waiting([&] {
        run(until_done());
        returned = true;
    });
    std::this_thread::sleep_for(100ms);
    EXPECT_FALSE(returned);
    ASSERT_TRUE(queue_->succeeded(*taken, {}));
    expect_soon([&] { return returned.load(); });
    EXPECT_EQ(engine_.rendered, 0);
}

TEST_F(worker_test, a_worker_that_loses_its_job_while_it_draws_stores_nothing_of_it) {
    submitted(1);
    std::stop_source stop;
    engine_.during_first = [&] {
        // In vain while a sign of life comes in between.
        while (!queue_->take_back(queue_->held().at(0), "as if it had fallen silent")) continue;
        ASSERT_TRUE(queue_->lease("another-machine", {}, true));
        stop.request_stop();
    };
    fault_plan plan;
    const faulty_story story(plain(), plan);
    auto terms = unending();
    terms.drain = std::chrono::hours(1);
    run_worker(parts_of(*queue_, story.parts), terms, {}, stop.get_token());
    EXPECT_TRUE(plan.calls().contains("render 1"));
    EXPECT_FALSE(plan.calls().contains("put avatar 1"));
    EXPECT_EQ(only_job().status.stage, job_stage::accepted);
}

TEST_F(worker_test, a_worker_that_lost_its_job_changes_nothing_and_leaves_nothing) {
    submitted(1);
    std::atomic<int> told_of_end = 0, taken_over = 0;
    auto terms = unending();
    terms.concurrency = 1;
    terms.drain = std::chrono::hours(1);
    auto late = started(
        terms, {.changed = [&](const job& one) { told_of_end += has_ended(one.status.state); },
                .taken_over = [&](const job&) { ++taken_over; }});
    expect_soon([&] { return gate_.is_drawing(); });
    late.request_stop();  // it takes no other job, nor this one again
    bool lost = false;
    expect_soon([&] {
        // In vain while a sign of life comes in between.
        if (!lost) lost = queue_->take_back(queue_->held().at(0), "as if it had fallen silent");
        return lost;
    });
    run(until_done());
    const auto done = only_job();
    ASSERT_EQ(done.status.state, job_state::done);
    gate_.open = true;
    late.join();
    EXPECT_EQ(only_job(), done);
    EXPECT_EQ(taken_over, 1);
    EXPECT_EQ(told_of_end, 0);
    expect_pictures(1);
}

}  // namespace
}  // namespace medusa
