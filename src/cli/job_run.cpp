#include "cli/job_run.hpp"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <set>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"
#include "worker/queue_trouble.hpp"
#include "worker/worker.hpp"

namespace medusa {
namespace {

constexpr std::chrono::milliseconds follow_pause{1'000};
// Jobs are done in their order, more or less: of those that are looked at, so many may be under way
// before the rest is taken to be under way as well.
constexpr int under_way_max = 64;
// How long jobs may lie before the user is told that nobody has begun.
constexpr std::chrono::milliseconds begin_patience{10'000};

class follower {
public:
    follower(job_queue& queue, submission of, progress_view& view, const job_listener& listener)
        : queue_(queue), of_(std::move(of)), view_(view), listener_(listener) {
        for (std::size_t i = 0; i < of_.total; ++i) untold_.insert(int(i));
    }

    // From the worker of this process.
    void changed(const job& one) noexcept {
        try {
            const std::lock_guard lock(mutex_);
            tell(one);
        } catch (const std::exception&) {
            // What it made cannot be read just now: it is told at a later look.
        }
    }

    void progressed(const job& one, stage reached, int step, int steps) {
        stage_progress row;
        {
            const std::lock_guard lock(mutex_);
            if (!untold_.contains(one.index)) return;
            auto& own = rows_[one.index];
            if (!own) own = view_.track(std::size_t(one.index), listener_.label(one));
            row = own;
        }
        row(reached, step, steps);
    }

    // Asks the store for what other processes have ended; all of it, or from the oldest on as far
    // as is likely. Returns whether somebody has begun with one.
    bool look(bool all) {
        int under_way = 0;
        bool begun = false;
        for (const auto index : untold()) {
            const auto found = queue_.find(derived_uuid(of_.id, index));
            begun = begun || (found && found->status.state != job_state::queued);
            if (found && has_ended(found->status.state)) {
                const std::lock_guard lock(mutex_);
                tell(*found);
            } else if (!all && ++under_way == under_way_max) {
                break;
            }
        }
        return begun;
    }

    bool all_told() {
        const std::lock_guard lock(mutex_);
        return untold_.empty();
    }

private:
    std::vector<int> untold() {
        const std::lock_guard lock(mutex_);
        return {untold_.begin(), untold_.end()};
    }

    // Under the lock.
    void tell(const job& one) {
        if (!untold_.contains(one.index)) return;
        if (one.status.pictures > pictures_[one.index]) {
            listener_.picture(one);
            pictures_[one.index] = one.status.pictures;
        }
        if (!has_ended(one.status.state)) return;
        listener_.ended(one);
        untold_.erase(one.index);
        rows_.erase(one.index);
        pictures_.erase(one.index);
        view_.finished(std::size_t(one.index));
    }

    job_queue& queue_;
    const submission of_;
    progress_view& view_;
    const job_listener& listener_;
    std::mutex mutex_;
    std::set<int> untold_;                // indices; all below under the lock
    std::map<int, stage_progress> rows_;  // of those that are drawn here
    std::map<int, int> pictures_;         // told so far
};

// Every job of the submission that waits or runs.
void cancel_all(job_queue& queue, const submission& of) noexcept {
    for (std::size_t i = 0; i < of.total; ++i) {
        try {
            queue.cancel(derived_uuid(of.id, int(i)), of.owner.user_id);
        } catch (const std::exception&) {
            // It has ended; or the store is gone, and the job is found again later.
        }
    }
}

// The queue stayed away; what was accepted is kept.
error left_waiting(const error& outage) {
    return error(outage.code(), outage.detail(),
                 fmt::format("{}{}What is not done yet waits, then: medusa worker --until-idle",
                             outage.advice(), outage.advice().empty() ? "" : ". "),
                 outage.upstream());
}

// Beside whatever other workers there are.
void work_along(cli_context& context, const job_order& order, const job_filter& only,
                follower& follow, const std::stop_token& stop) {
    const std::jthread others([&](const std::stop_token& done) {
        while (system_timer().sleep(follow_pause, done)) {
            try {
                follow.look(false);
            } catch (const error&) {
                // The store is away for a while; the worker waits for it as well.
            }
        }
    });
    const worker_terms terms{.name = worker_name(),
                             .concurrency = order.concurrency,
                             .only = only,
                             .until_done = true,
                             .drain = std::chrono::milliseconds{0},
                             .leaves_pictures = false};
    const worker_watcher watcher{
        .changed = [&](const job& one) { follow.changed(one); },
        .progress = [&](const job& one, stage reached, int step,
                        int steps) { follow.progressed(one, reached, step, steps); },
        .taken_over = [&](const job& one) { follow.changed(one); },
        .trouble = [&](const error& outage) { context.out.warning(printable(outage.what())); }};
    try {
        run_worker(context.parts.worker(), terms, watcher, stop);
    } catch (const error& outage) {
        throw left_waiting(outage);
    }
}

// With a feed there are workers elsewhere that do the jobs.
void follow_workers(cli_context& context, follower& follow, queue_trouble& away,
                    const std::stop_token& stop) {
    const auto since = system_timer().elapsed();
    bool begun = false;
    bool told = false;
    while (!follow.all_told() && system_timer().sleep(follow_pause, stop)) {
        const auto asked_at = away.asks();
        try {
            begun = follow.look(false) || begun;
            away.worked();
        } catch (const error& outage) {
            away.failed(outage, asked_at);
        }
        if (begun || told || system_timer().elapsed() - since < begin_patience) continue;
        told = true;
        context.out.warning(
            "no worker has begun yet: all are busy, or none is running. "
            "To start one: medusa worker");
    }
}

}  // namespace

submission run_jobs(cli_context& context, const job_order& order, progress_view& view,
                    const job_listener& listener) {
    auto& queue = context.parts.queue();
    const auto accepted = queue.submit(order.asked, order.jobs);
    follower follow(queue, accepted, view, listener);
    queue_trouble away(system_timer(),
                       [&](const error& outage) { context.out.warning(printable(outage.what())); });
    std::stop_source drain;
    const auto look_at_all = [&] {
        try {
            away.insist(
                [&] {
                    follow.look(true);
                    return true;
                },
                context.stop);
        } catch (const error& outage) {
            throw left_waiting(outage);
        }
    };
    const std::stop_callback stopped(context.stop, [&] {
        if (order.cancel_on_stop)
            cancel_all(queue, accepted);
        else
            drain.request_stop();
    });
    look_at_all();
    const auto here = context.parts.worker();
    if (here.feed)
        follow_workers(context, follow, away, drain.get_token());
    else
        work_along(context, order, {.submission_id = accepted.id}, follow, drain.get_token());
    look_at_all();
    return accepted;
}

created_character created_by(const pipeline_parts& with, const job& done) {
    auto record = with.characters.find_by_job(done.id);
    if (!record)
        throw error(errc::not_found,
                    fmt::format("the character of job {} was removed meanwhile", done.id));
    created_character made{std::move(*record), {}, {}, done.notes};
    if (auto avatar = with.images.find(derived_uuid(done.id, 0))) {
        made.avatar = std::move(*avatar);
        made.avatar_path = with.assets.locate(made.avatar.path).local_path;
    } else {
        made.notes.push_back(fmt::format(
            "character {} has lost the record of its picture; more pictures: medusa image {}",
            made.record.id, made.record.id));
    }
    return made;
}

}  // namespace medusa
