#include "worker/worker.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "job/lifecycle.hpp"
#include "worker/entrance.hpp"
#include "worker/keeper.hpp"
#include "worker/presence.hpp"
#include "worker/queue_trouble.hpp"
#include "worker/running_story.hpp"
#include "worker/spool.hpp"
#include "worker/story_runner.hpp"
#include "worker/waking_pause.hpp"

namespace medusa {
namespace {

using std::chrono::milliseconds;

// For what interrupted stories tell the queue, if that cannot be used just then.
constexpr milliseconds last_tries{3'000};
// A ticket that could not be used is put off for so long.
constexpr milliseconds turn_pause{3'000};

class crew {
public:
    crew(const worker_parts& with, const worker_terms& terms, const worker_watcher& watcher)
        : with_(with),
          terms_(terms),
          lock_(with.data, terms.name),
          kept_(with.data / "spool"),
          trouble_(with.time, watcher.trouble),
          runner_(with_, watcher, kept_, trouble_),
          entrance_(with.queue, terms.only.submission_id ? nullptr : with.feed, with.time,
                    watcher.trouble) {}

    void run(const std::stop_token& stop) {
        const std::stop_callback stopped(stop, [this] { halt_.request_stop(); });
        std::jthread leases([this](const std::stop_token& end) { keep_leases(end); });
        at_work_ = terms_.concurrency;
        std::vector<std::jthread> runners;
        for (int i = 0; i < terms_.concurrency; ++i) runners.emplace_back([this] { work(); });
        while (!halt_.stop_requested()) wait_for_end(longest_wait, halt_.get_token());
        if (!wait_for_end(terms_.drain, {})) {
            const auto why =
                terms_.leaves_pictures ? interruption::given_back : interruption::stopped;
            for (const auto& story : running()) story->interrupt(why);
            wait_for_end(last_tries, {});
        }
        at_last_.request_stop();
        runners.clear();
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    static constexpr milliseconds longest_wait = std::chrono::hours(1);

    // False: some thread is still at work after `most`. A stop ends the wait.
    bool wait_for_end(milliseconds most, const std::stop_token& stop) {
        const auto until = with_.time.elapsed() + most;
        for (;;) {
            {
                const std::lock_guard lock(mutex_);
                if (at_work_ == 0) return true;
            }
            const auto left = until - with_.time.elapsed();
            if (left.count() <= 0 || stop.stop_requested()) return false;
            ended_.wait(with_.time, left, stop);
        }
    }

    void keep_leases(const std::stop_token& end) {
        const auto tidy_up = [this, &end](const job& newest) {
            if (has_ended(newest.status.state)) runner_.tidy_up(newest, end);
        };
        clean_spool();
        keeper own(with_.queue, with_.time, trouble_,
                   {terms_.name, with_.data, [this] { return running(); }, tidy_up, with_.feed});
        do {
            own.look();
            if (const auto outage = lasting_outage(); outage && terms_.until_done)
                give_up(std::make_exception_ptr(*outage));
        } while (with_.time.sleep(look_pause, end));
    }

    std::optional<error> lasting_outage() const {
        auto outage = trouble_.lasting(disk_patience);
        const bool is_disk = outage && outage->code() == errc::storage;
        return is_disk ? outage : trouble_.lasting(outage_patience);
    }

    void give_up(std::exception_ptr why) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::move(why);
        halt_.request_stop();
    }

    // Of what jobs left here that another machine went on with, or whose worker died at its end.
    void clean_spool() {
        const auto asked_at = trouble_.asks();
        try {
            kept_.clean([this](const std::string& job_id) {
                const auto found = with_.queue.find(job_id);
                return found &&
                       (!has_ended(found->status.state) || found->status.state == job_state::dead);
            });
        } catch (const error& failure) {
            trouble_.failed(failure, asked_at);
        }
    }

    void work() {
        try {
            while (const auto story = next()) {
                try {
                    runner_.run(*story, at_last_.get_token());
                } catch (const error& untold) {
                    // The lease is taken back by whoever sees that nobody runs the job.
                    lock_.stay();
                    trouble_.failed(untold, trouble_.asks());
                }
                finished(story);
            }
        } catch (const std::exception&) {
            give_up(std::current_exception());
        }
        {
            const std::lock_guard lock(mutex_);
            --at_work_;
        }
        ended_.wake();
    }

    // The next job, waited for; none: it is time to end. One thread at a time asks the queue.
    std::shared_ptr<running_story> next() {
        const std::lock_guard turn(leasing_);
        auto pause = first_pause;
        while (!halt_.stop_requested()) {
            bool waited = false;
            const auto asked_at = trouble_.asks();
            try {
                if (!is_one_alone()) {
                    auto now = entrance_.next(halt_.get_token());
                    waited = entrance_.waits();
                    if (now.may_ask)
                        if (auto story = leased(std::move(now.turn))) return story;
                    trouble_.answered();
                }
                if (terms_.until_done && nothing_left()) halt_.request_stop();
            } catch (const error& failure) {
                waited = false;
                trouble_.failed(failure, asked_at);
                if (terms_.until_done && !may_pass(failure)) throw;
            }
            if (waited) continue;
            const bool woken = idle_.wait(with_.time, pause, halt_.get_token());
            pause = woken ? first_pause : longer(pause);
        }
        return nullptr;
    }

    bool is_one_alone() {
        const auto stories = running();
        return std::any_of(stories.begin(), stories.end(), [](const auto& story) {
            return lifecycle::runs_alone(story->leased().status);
        });
    }

    std::shared_ptr<running_story> leased(std::unique_ptr<ticket> turn) {
        const bool nothing_runs = running().empty();
        std::optional<job> one;
        try {
            one = with_.queue.lease(terms_.name, terms_.only, nothing_runs);
        } catch (const error&) {
            if (turn) turn->again_in(turn_pause);
            throw;
        }
        if (!one) {
            // Perhaps the next one wants to be alone.
            if (turn && nothing_runs) turn->done();
            if (turn && !nothing_runs) turn->again_in(turn_pause);
            return nullptr;
        }
        trouble_.worked();
        auto story = std::make_shared<running_story>(std::move(*one), std::move(turn));
        const std::lock_guard lock(mutex_);
        stories_.push_back(story);
        return story;
    }

    bool nothing_left() {
        if (!running().empty()) return false;
        const auto counts = with_.queue.count({.submission_id = terms_.only.submission_id});
        return counts.queued + counts.leased == 0;
    }

    void finished(const std::shared_ptr<running_story>& story) {
        {
            const std::lock_guard lock(mutex_);
            std::erase(stories_, story);
        }
        idle_.wake();
    }

    story_list running() {
        const std::lock_guard lock(mutex_);
        return stories_;
    }

    const worker_parts& with_;
    const worker_terms& terms_;
    worker_lock lock_;
    const spool kept_;
    queue_trouble trouble_;
    story_runner runner_;
    entrance entrance_;         // guarded by leasing_
    std::stop_source halt_;     // no new jobs
    std::stop_source at_last_;  // no more tries to tell the queue
    waking_pause idle_;
    waking_pause ended_;
    std::mutex leasing_;
    std::mutex mutex_;
    story_list stories_;          // guarded by mutex_, as below
    int at_work_ = 0;             // threads
    std::exception_ptr failure_;  // that ends the worker
};

}  // namespace

void run_worker(const worker_parts& with, const worker_terms& terms, const worker_watcher& watcher,
                std::stop_token stop) {
    crew(with, terms, watcher).run(stop);
}

}  // namespace medusa
