// The keeper of leases by itself, on a virtual clock: who is alive, who is dead, who is only late.
#include "worker/keeper.hpp"

#include <fstream>

#include "pipeline/worker_fixture.hpp"
#include "support/child.hpp"
#include "support/virtual_timer.hpp"
#include "worker/presence.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;

class keeper_test : public worker_test {
protected:
    keeper_test() : trouble_(clock_, [this](const error&) { ++told_; }) {}

    void SetUp() override {
        worker_test::SetUp();
        keeper_.emplace(*queue_, clock_, trouble_, terms());
    }
    keeper::terms terms() {
        return {own_name_, folder_, [this] { return running_; },
                [this](const job& newest) { taken_.push_back(newest.status.state); }};
    }
    job leased_by(const std::string& worker) {
        submitted(1);
        return *queue_->lease(worker, {}, true);
    }
    std::shared_ptr<running_story> running(const job& leased) {
        return running_.emplace_back(std::make_shared<running_story>(leased));
    }
    void look(int seconds) {
        for (int i = 0; i < seconds; ++i) {
            clock_.advance(1s);
            keeper_->look();
        }
    }
    job_state state() { return only_job().status.state; }

    const std::string own_name_ = worker_name();
    testing_support::virtual_timer clock_;
    std::atomic<int> told_ = 0;
    queue_trouble trouble_;
    story_list running_;
    std::vector<job_state> taken_;
    std::optional<keeper> keeper_;
};

TEST_F(keeper_test, a_silent_worker_loses_its_job_after_a_minute) {
    leased_by("another-machine");
    look(60);
    EXPECT_EQ(state(), job_state::leased);
    look(1);
    EXPECT_EQ(state(), job_state::queued);
    EXPECT_EQ(only_job().status.losses, 1);
    EXPECT_EQ(only_job().events.back().detail, "its worker has fallen silent");
    EXPECT_EQ(taken_, std::vector{job_state::queued});
}

TEST_F(keeper_test, a_worker_that_shows_a_sign_of_life_keeps_its_job) {
    auto held = leased_by("another-machine");
    for (int i = 0; i < 4; ++i) {
        look(50);
        ASSERT_TRUE(queue_->beat(held));
    }
    EXPECT_EQ(state(), job_state::leased);
    look(62);
    EXPECT_EQ(state(), job_state::queued);
}

TEST_F(keeper_test, who_was_away_itself_does_not_judge_others) {
    leased_by("another-machine");
    look(5);
    clock_.advance(300s);
    look(60);
    EXPECT_EQ(state(), job_state::leased);
    look(1);
    EXPECT_EQ(state(), job_state::queued);
}

TEST_F(keeper_test, a_dead_worker_of_this_machine_loses_its_job_at_once) {
    const auto name = worker_name();
    std::optional<worker_lock> life(std::in_place, folder_, name);
    leased_by(name);
    look(10);
    EXPECT_EQ(state(), job_state::leased) << "it lives";
    EXPECT_FALSE(is_dead(folder_, name));
    life.reset();
    look(1);
    EXPECT_EQ(state(), job_state::leased) << "without its file nothing is known of it";
    // As the system leaves it behind: a file, and no lock.
    std::ofstream(folder_ / "workers" / (name + ".lock"));
    look(1);
    EXPECT_EQ(state(), job_state::queued);
    EXPECT_EQ(only_job().events.back().detail, "its worker has died");
    EXPECT_TRUE(is_empty("workers"));
}

TEST_F(keeper_test, a_lock_is_free_when_its_process_was_killed) {
    const auto name = worker_name();
    fs::create_directories(folder_ / "workers");
    const auto lock = folder_ / "workers" / (name + ".lock");
    std::ofstream(lock).flush();
    testing_support::child holder(
        {"/usr/bin/flock", "--no-fork", lock.string(), "/bin/sleep", "60"}, folder_ / "out");
    expect_soon([&] { return !is_dead(folder_, name); });
    leased_by(name);
    look(1);
    EXPECT_EQ(state(), job_state::leased);
    holder.kill();
}

TEST_F(keeper_test, workers_of_other_machines_are_never_taken_for_dead) {
    const std::string names[] = {"ffffffff-1-00000000", "../" + own_name_, ""};
    fs::create_directories(folder_ / "workers");
    for (const auto& name : names) {
        std::ofstream(folder_ / "workers" / (name + ".lock"));
        EXPECT_FALSE(is_dead(folder_, name)) << name;
    }
}

TEST_F(keeper_test, a_lease_in_our_name_that_no_story_has_is_free_again) {
    leased_by(own_name_);
    look(5);
    EXPECT_EQ(state(), job_state::leased);
    look(1);
    EXPECT_EQ(state(), job_state::queued);
}

TEST_F(keeper_test, own_leases_are_renewed_and_never_taken) {
    const auto leased = leased_by(own_name_);
    const auto story = running(leased);
    look(201);
    EXPECT_EQ(only_job().lease.token, leased.lease.token);
    EXPECT_EQ(only_job().lease.beats, 200 / 20);
    EXPECT_EQ(story->why(), interruption::none);
}

TEST_F(keeper_test, progress_is_kept_at_each_look_and_only_if_there_is_any) {
    const auto story = running(leased_by(own_name_));
    look(1);
    const auto before = only_job().revision;
    for (int step = 1; step <= 5; ++step) story->tell({"drawing", step, 20});
    look(1);
    EXPECT_EQ(only_job().progress, (job_progress{"drawing", 5, 20}));
    EXPECT_EQ(only_job().revision, before + 1);
    look(1);
    EXPECT_EQ(only_job().revision, before + 1);
}

TEST_F(keeper_test, a_story_whose_job_is_cancelled_hears_of_it) {
    const auto leased = leased_by(own_name_);
    const auto story = running(leased);
    queue_->cancel(leased.id, "7");
    EXPECT_FALSE(story->stop().stop_requested());
    look(1);
    EXPECT_EQ(story->why(), interruption::cancelled);
    EXPECT_TRUE(story->stop().stop_requested());
    EXPECT_FALSE(story->left().stop_requested()) << "the server is to stop drawing";
}

TEST_F(keeper_test, a_story_whose_job_was_taken_ends_and_leaves_the_server_alone) {
    const auto story = running(leased_by(own_name_));
    ASSERT_TRUE(queue_->take_back(queue_->held().at(0), "test"));
    look(21);
    EXPECT_EQ(story->why(), interruption::lost);
    EXPECT_TRUE(story->left().stop_requested());
}

TEST_F(keeper_test, a_lease_that_cannot_be_renewed_for_a_minute_ends_its_story) {
    const auto leased = leased_by(own_name_);
    const auto story = running(leased);
    fault_plan plan("held 1", false, fault_plan::lasting::for_good);
    mortal_worker cut_off(plain(), store_, plan);
    keeper_.emplace(cut_off.queue, clock_, trouble_, terms());
    look(60);
    EXPECT_EQ(story->why(), interruption::none);
    EXPECT_EQ(told_, 1);
    look(1);
    EXPECT_EQ(story->why(), interruption::given_back);
}

TEST_F(keeper_test, a_job_that_was_to_be_cancelled_by_a_dead_worker_is_cancelled) {
    const auto leased = leased_by("another-machine");
    queue_->cancel(leased.id, "7");
    look(61);
    EXPECT_EQ(state(), job_state::cancelled);
    EXPECT_EQ(taken_, std::vector{job_state::cancelled});
}

TEST_F(keeper_test, names_of_workers_are_never_the_same) {
    EXPECT_NE(worker_name(), worker_name());
    EXPECT_EQ(worker_name().substr(0, 9), own_name_.substr(0, 9)) << "the machine comes first";
}

}  // namespace
}  // namespace medusa
