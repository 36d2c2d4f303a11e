// Workers on the real embedded stores, with the small engine of the stories.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <thread>

#include "faulty_jobs.hpp"
#include "story_fixture.hpp"
#include "support/fast_timer.hpp"
#include "worker/worker.hpp"

namespace medusa {

// What a worker needs, all of it subject to `plan`: a process that can die at any call.
struct mortal_worker {
    mortal_worker(const pipeline_parts& with, stores& store, fault_plan& plan)
        : story(with, plan),
          leases(*store.leases, plan),
          queue({*store.intake, leases, with.time, with.ids, [] { return 0.0; }}) {}

    faulty_story story;
    faulty_leases leases;
    job_queue queue;
};

class worker_test : public story_test {
protected:
    void SetUp() override {
        story_test::SetUp();
        queue_.emplace(job_queue_parts{*store_.intake, *store_.leases, system_clock(), random_ids(),
                                       [] { return 0.0; }});
    }

    // A submission of new characters of 64 x 64 pixels; returns its id.
    std::string submitted(int characters, int tries_max = 0) {
        std::vector<asked_job> asked(static_cast<std::size_t>(characters));
        for (auto& one : asked) {
            one.request = character_request{luna({}).draft};
            one.tries_max = tries_max;
        }
        return submitted(asked);
    }
    std::string submitted(const std::vector<asked_job>& asked) {
        submission wanted;
        wanted.owner = {"7", "anna"};
        return queue_->submit(std::move(wanted), asked).id;
    }

    std::vector<job> jobs() {
        std::vector<job> all;
        for (auto& one : queue_->list({.limit = 1'000})) all.push_back(std::move(one.found));
        std::reverse(all.begin(), all.end());
        return all;
    }
    job only_job() { return jobs().at(0); }

    worker_terms until_done(const std::string& submission_id = {}) {
        worker_terms terms;
        terms.name = worker_name();
        terms.until_done = true;
        if (!submission_id.empty()) terms.only.submission_id = submission_id;
        return terms;
    }

    worker_parts parts_of(job_queue& queue, const pipeline_parts& with) {
        return {queue, time_,
                [&with](const job_surroundings&) -> const pipeline_parts& { return with; },
                folder_};
    }

    void run(const worker_terms& terms, const worker_watcher& watcher = {},
             std::stop_token stop = {}) {
        const auto with = plain();
        run_worker(parts_of(*queue_, with), terms, watcher, std::move(stop));
    }

    // A worker dies as by kill -9 at the call that `plan` strikes: nothing that it does later
    // counts, and its lock is left behind, free.
    void run_until_death(fault_plan& plan) {
        mortal_worker mortal(plain(), store_, plan);
        worker_terms terms;
        terms.name = worker_name();
        terms.drain = std::chrono::milliseconds(0);
        {
            const std::jthread process([&](const std::stop_token& stop) {
                run_worker(parts_of(mortal.queue, mortal.story.parts), terms, {}, stop);
            });
            expect_soon([&] { return plan.struck(); });
        }
        write_file_atomic(folder_ / "workers" / (terms.name + ".lock"), "", durability::soon);
    }

    // `count` characters, each whole, with one picture and one number each, and no file too many.
    void expect_characters(std::size_t count) {
        EXPECT_EQ(listed().size(), count);
        expect_whole();
        const auto files = assets_->list("anna");
        EXPECT_EQ(std::count_if(files.begin(), files.end(),
                                [](const auto& path) { return path.ends_with(".png"); }),
                  std::ptrdiff_t(count));
        if (count > 0) {
            EXPECT_EQ(collapse_spaces(read_file(folder_ / "number", 100)), std::to_string(count));
        }
        EXPECT_TRUE(store_.reserved->unused().empty());
        EXPECT_TRUE(is_empty("spool"));
    }
    // Empty, or not there.
    bool is_empty(const std::string& folder) {
        return !fs::exists(folder_ / folder) || fs::is_empty(folder_ / folder);
    }

    static void expect_soon(const std::function<bool()>& holds) {
        for (int i = 0; i < 4'000 && !holds(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        EXPECT_TRUE(holds());
    }

    testing_support::fast_timer time_{50};
    std::optional<job_queue> queue_;
};

}  // namespace medusa
