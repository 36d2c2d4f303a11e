// Workers on the real embedded stores, with the small engine of the stories.
#pragma once

#include <algorithm>
#include <atomic>
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

// Draws when it is let, and not before; ends when it is stopped.
class gated_engine final : public image_engine {
public:
    explicit gated_engine(image_engine& inner) : inner_(inner) {}
    picture render(const picture_request& request, const progress_sink& progress,
                   std::stop_token stop) override {
        const int inside = ++inside_;
        most_inside = std::max(most_inside.load(), inside);
        if (seen) seen(request.job_id, inside);
        while (!open && !stop.stop_requested())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        --inside_;
        if (!open) throw error(errc::cancelled, "stopped");
        return inner_.render(request, progress, {});
    }
    int parallel() const override { return 8; }
    std::vector<server_health> health() override { return inner_.health(); }
    std::string check() override { return {}; }

    bool is_drawing() const { return inside_ > 0; }

    std::atomic<bool> open = false;
    std::atomic<int> most_inside = 0;
    std::function<void(const std::string& job_id, int inside)> seen;

private:
    image_engine& inner_;
    std::atomic<int> inside_ = 0;
};

class worker_test : public story_test {
protected:
    void SetUp() override {
        story_test::SetUp();
        queue_.emplace(job_queue_parts{*store_.intake, *store_.leases, system_clock(), random_ids(),
                                       [] { return 0.0; }});
    }

    // Asks for a character of 64 x 64 pixels.
    static asked_job new_character() {
        asked_job one;
        one.request.emplace<character_request>(character_request{luna({}).draft});
        return one;
    }
    static std::vector<asked_job> images_of(std::int64_t character_id, int count) {
        image_request wanted;
        wanted.character_id = character_id;
        wanted.count = count;
        std::vector<asked_job> asked(1);
        asked[0].request.emplace<image_request>(wanted);
        return asked;
    }
    // Each returns the id of the submission.
    std::string submitted(int characters) {
        std::vector<asked_job> asked;
        for (int i = 0; i < characters; ++i) asked.push_back(new_character());
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

    // The parts with the engine that waits.
    pipeline_parts gated() {
        auto with = plain();
        return {gate_,        with.assets,     with.reserved, with.characters, with.images,
                with.vectors, with.rules,      with.time,     with.ids,        {},
                {},           with.number_file};
    }
    // A worker in a thread of its own, whose engine waits at the gate.
    std::jthread started(const worker_terms& terms, const worker_watcher& watcher = {}) {
        return std::jthread([this, terms, watcher](const std::stop_token& stop) {
            const auto with = gated();
            run_worker(parts_of(*queue_, with), terms, watcher, stop);
        });
    }
    worker_terms unending() {
        worker_terms terms;
        terms.name = worker_name();
        return terms;
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

    // So many pictures in all, each recorded, numbered and whole, and nothing beside them.
    void expect_pictures(std::size_t count) {
        expect_whole();
        std::size_t recorded = 0;
        for (const auto& one : listed()) recorded += store_.images->of_character(one.id).size();
        EXPECT_EQ(recorded, count);
        const auto files = assets_->list("anna");
        EXPECT_EQ(std::count_if(files.begin(), files.end(),
                                [](const auto& path) { return path.ends_with(".png"); }),
                  std::ptrdiff_t(count));
        if (count > 0) {
            EXPECT_EQ(collapse_spaces(read_file(folder_ / "number", 100)), std::to_string(count));
        }
        expect_nothing_held();
    }
    // So many characters with one picture each.
    void expect_characters(std::size_t count) {
        EXPECT_EQ(listed().size(), count);
        expect_pictures(count);
    }
    void expect_nothing_held() {
        EXPECT_TRUE(store_.reserved->unused().empty());
        EXPECT_TRUE(is_empty("spool"));
        EXPECT_TRUE(is_empty("workers"));
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

    gated_engine gate_{engine_};
    testing_support::fast_timer time_{50};
    std::optional<job_queue> queue_;
};

}  // namespace medusa
