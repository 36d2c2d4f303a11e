// Workers that die at every call, and queues that cannot be used: nothing is lost, nothing is done
// twice.
#include "job/lifecycle.hpp"
#include "pipeline/worker_fixture.hpp"
#include "worker/spool.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;

// Leases on a disk that is full from the first change to `rendered` on; it can still be read.
class full_disk final : public job_leases {
public:
    explicit full_disk(job_leases& inner) : inner_(inner) {}
    std::optional<job> next(const job_filter& wanted, time_point now,
                            time_point farthest) override {
        return inner_.next(wanted, now, farthest);
    }
    bool swap(const job& changed, std::int64_t expected, job_durability wanted) override {
        if (changed.status.stage != job_stage::accepted) is_full_ = true;
        if (is_full_ && !has_room) throw error(errc::storage, "the disk is full");
        return inner_.swap(changed, expected, wanted);
    }
    std::vector<held_job> held() override { return inner_.held(); }
    void expect_writable() override { inner_.expect_writable(); }
    std::optional<job> find(const std::string& id) override { return inner_.find(id); }

    std::atomic<bool> has_room = false;

private:
    job_leases& inner_;
    std::atomic<bool> is_full_ = false;
};

class worker_faults : public worker_test {
protected:
    // The calls of a worker from the lease of these jobs to their end.
    std::set<std::string> calls_of(const std::vector<asked_job>& asked) {
        submitted(asked);
        fault_plan none;
        mortal_worker watched(plain(), store_, none);
        run_worker(parts_of(watched.queue, watched.story.parts), until_done(), {}, {});
        auto calls = none.calls();
        // How often the queue is looked at is a matter of time.
        std::erase_if(calls, [](const std::string& call) {
            return call != "next 1" && (call.starts_with("next ") || call.starts_with("held ") ||
                                        call.starts_with("find ") || call.starts_with("sign "));
        });
        return calls;
    }
};

TEST_F(worker_faults, a_worker_that_dies_at_any_call_costs_no_second_picture) {
    const auto calls = calls_of({new_character()});
    for (const auto* stage : {"leased 1", "rendered 1", "uploaded 1", "recorded 1", "done 1"})
        EXPECT_TRUE(calls.contains(stage)) << stage;
    std::size_t characters = 1;
    int lost_answers = 0;
    for (const bool after : {false, true}) {
        for (const auto& call : calls) {
            SCOPED_TRACE(call + (after ? ", done" : ", not done"));
            const auto id = submitted({new_character()});
            fault_plan plan(call, after, fault_plan::lasting::for_good);
            run_until_death(plan);
            expect_whole();
            run(until_done());
            EXPECT_EQ(queue_->count({.submission_id = id}).done, 1u);
            lost_answers += after && call == "render 1";
            EXPECT_EQ(listed().size(), ++characters);
            EXPECT_EQ(engine_.rendered, int(characters) + lost_answers);
        }
    }
    expect_pictures(characters);
}

TEST_F(worker_faults, pictures_of_one_job_that_dies_at_any_call_are_each_drawn_once) {
    const auto owner = create_character(plain(), luna(random_ids().uuid()), quiet()).record;
    const auto calls = calls_of(images_of(owner.id, 2));
    std::size_t pictures = 1 + 2;
    for (const auto& call : calls) {
        SCOPED_TRACE(call);
        submitted(images_of(owner.id, 2));
        fault_plan plan(call, false, fault_plan::lasting::for_good);
        run_until_death(plan);
        run(until_done());
        pictures += 2;
        EXPECT_EQ(engine_.rendered, int(pictures));
    }
    EXPECT_EQ(queue_->count({}).done, queue_->count({}).all());
    expect_pictures(pictures);
}

TEST_F(worker_faults, a_spooled_picture_that_is_damaged_is_drawn_again) {
    submitted(1);
    fault_plan plan("put avatar 1", false, fault_plan::lasting::for_good);
    run_until_death(plan);
    EXPECT_EQ(engine_.rendered, 1);
    const auto spooled = folder_ / "spool" / (only_job().id + "-0.png");
    write_file_atomic(spooled, read_file(spooled, 1 << 20) + "!", durability::soon);
    run(until_done());
    EXPECT_EQ(engine_.rendered, 2);
    EXPECT_EQ(only_job().status.state, job_state::done);
    expect_pictures(1);
}

// Removing it could be cut short as well, and the redrive would store another file beside the rest.
TEST_F(worker_faults, what_poison_took_and_stored_waits_for_its_redrive) {
    submitted(1);
    for (int i = 0; i < lifecycle::losses_before_alone + lifecycle::lone_losses_max; ++i) {
        fault_plan plan("create 1", false, fault_plan::lasting::for_good);
        run_until_death(plan);
    }
    run(until_done());
    EXPECT_EQ(only_job().status.state, job_state::dead);
    const auto stored = assets_->list("anna");
    EXPECT_FALSE(stored.empty());
    EXPECT_EQ(store_.reserved->unused().size(), 1u);
    queue_->retry(only_job().id, "7");
    run(until_done());
    EXPECT_EQ(only_job().status.state, job_state::done);
    EXPECT_EQ(assets_->list("anna"), stored);
    EXPECT_EQ(engine_.rendered, 1);
    expect_characters(1);
}

TEST_F(worker_faults, a_call_to_the_queue_that_fails_once_costs_nothing) {
    const auto calls = calls_of({new_character()});
    std::size_t characters = 1;
    for (const bool after : {false, true}) {
        for (const auto& call : calls) {
            if (!std::set<std::string>{"next 1", "leased 1", "rendered 1", "uploaded 1",
                                       "recorded 1", "done 1"}
                     .contains(call))
                continue;
            SCOPED_TRACE(call + (after ? ", done" : ", not done"));
            submitted({new_character()});
            fault_plan plan(call, after);
            mortal_worker shaky(plain(), store_, plan);
            const auto with = plain();
            run_worker(parts_of(shaky.queue, with), until_done(), {}, {});
            EXPECT_EQ(engine_.rendered, int(++characters));
            const auto last = jobs().back();
            EXPECT_EQ(last.status.state, job_state::done);
            EXPECT_TRUE(last.failures.empty());
        }
    }
    expect_pictures(characters);
}

TEST_F(worker_faults, a_queue_that_is_gone_for_a_while_is_waited_for_and_told_once) {
    submitted(2);
    fault_plan plan("rendered 1", false, fault_plan::lasting::for_good);
    mortal_worker shaky(plain(), store_, plan);
    const auto with = plain();
    testing_support::fast_timer unhurried(5);  // the outage is over long before patience is
    const worker_parts of_worker{shaky.queue, unhurried, parts_of(shaky.queue, with).parts_for,
                                 folder_};
    std::atomic<int> told = 0;
    std::jthread working([&] {
        run_worker(of_worker, until_done(), {.trouble = [&](const error&) { ++told; }}, {});
    });
    expect_soon([&] { return plan.struck(); });
    std::this_thread::sleep_for(200ms);
    plan.heal();
    working.join();
    EXPECT_EQ(told, 1);
    EXPECT_EQ(engine_.rendered, 2);
    EXPECT_EQ(queue_->count({}).done, 2u);
    for (const auto& one : jobs()) EXPECT_TRUE(one.failures.empty());
    expect_pictures(2);
}

TEST_F(worker_faults, who_waits_for_the_end_gives_up_when_the_queue_stays_away) {
    submitted(1);
    fault_plan plan("next 1", false, fault_plan::lasting::for_good);
    mortal_worker cut_off(plain(), store_, plan);
    testing_support::fast_timer hasty(100);
    auto parts = parts_of(cut_off.queue, cut_off.story.parts);
    const worker_parts with{cut_off.queue, hasty, parts.parts_for, folder_};
    EXPECT_THROW(run_worker(with, until_done(), {}, {}), error);
    EXPECT_GE(hasty.elapsed(), disk_patience);
    EXPECT_LT(hasty.elapsed(), outage_patience);
    EXPECT_EQ(only_job().status.state, job_state::queued);
}

TEST_F(worker_faults, a_full_disk_that_can_be_read_is_one_outage) {
    submitted(2);
    full_disk disk(*store_.leases);
    job_queue queue({*store_.intake, disk, system_clock(), random_ids(), [] { return 0.0; }});
    testing_support::fast_timer hasty(20);
    const auto parts = plain();
    const worker_parts with{queue, hasty,
                            [&](const job_surroundings&) -> const pipeline_parts& { return parts; },
                            folder_};
    std::atomic<int> told = 0;
    const worker_watcher watcher{.trouble = [&](const error&) { ++told; }};
    EXPECT_THROW(run_worker(with, until_done(), watcher, {}), error);
    EXPECT_EQ(told, 1);
    EXPECT_EQ(engine_.rendered, 1);
    disk.has_room = true;
    run_worker(with, until_done(), watcher, {});
    const auto events = only_job().events;
    EXPECT_TRUE(std::any_of(events.begin(), events.end(), [](const job_event& one) {
        return one.detail == "its worker has died";
    }));
    EXPECT_EQ(told, 1);
    EXPECT_EQ(engine_.rendered, 2);
    expect_pictures(2);
}

TEST_F(worker_faults, a_spool_that_cannot_be_written_costs_no_picture) {
    write_file_atomic(folder_ / "spool", "a file where the folder should be", durability::soon);
    submitted(1);
    run(until_done());
    EXPECT_EQ(engine_.rendered, 1);
    EXPECT_EQ(only_job().status.state, job_state::done);
    EXPECT_EQ(listed().size(), 1u);
}

}  // namespace
}  // namespace medusa
