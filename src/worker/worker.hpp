// The worker: takes jobs from the queue and runs their stories, until it is told to stop or all is
// done. One a process, usually; any number of processes on one store.
//
// Called by the command line and by the service; runs threads of its own, which have all ended when
// it returns. What becomes of a job is in the queue, not in the return value.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "domain/job.hpp"
#include "job/job_feed.hpp"
#include "job/queue.hpp"
#include "pipeline/parts.hpp"

namespace medusa {

// A worker with until_done that could not use the queue for so long gives up.
inline constexpr std::chrono::milliseconds outage_patience{120'000};
// The same where a disk fails: only somebody who is told of it makes room.
inline constexpr std::chrono::milliseconds disk_patience{10'000};

// Unlike every other worker's: which machine, which process, and chance.
std::string worker_name();

// All borrowed, and used from several threads.
struct worker_parts {
    job_queue& queue;
    timer& time;
    // What a job is made with: the engine, prompt texts and workflow of its submission. Called by
    // one thread at a time; what it returns lives as long as the worker. What it throws is the
    // job's failure.
    std::function<const pipeline_parts&(const job_surroundings&)> parts_for;
    std::filesystem::path data;  // for the spool, and for the locks that tell a living worker
    // Says when there is something to do; none: the queue is asked. Not for terms with `only`.
    job_feed* feed = nullptr;
};

struct worker_terms {
    std::string name;         // made by worker_name()
    int concurrency = 1;      // stories at once
    job_filter only{};        // no other jobs than these
    bool until_done = false;  // return when nobody has a job of `only` to do any more
    // What running stories get to end by themselves after a stop, before they are interrupted.
    std::chrono::milliseconds drain{20'000};
    // Whether servers go on with what they draw for stories that are interrupted so, because other
    // workers will ask for it.
    bool leaves_pictures = true;
};

// Each may be empty. Called from the worker's threads, several at once but one at a time for a job;
// must not throw.
struct worker_watcher {
    // A job of this worker as it is now: leased, a stage reached, a picture whole, queued for
    // another try, or ended.
    std::function<void(const job&)> changed{};
    std::function<void(const job&, stage reached, int step, int steps)> progress{};
    // Instead of `changed`: a job of this worker was taken from it, which was silent for too long.
    // As it is now: waiting, another worker's, or ended.
    std::function<void(const job&)> taken_over{};
    // The queue or the feed cannot be used; it is tried again. Told once for each outage.
    std::function<void(const error&)> trouble{};
};

// Returns when `stop` was requested and no story runs any more: each has ended, or was given back
// to the queue. Throws only with `until_done`, when the queue could not be used for
// outage_patience or disk_patience, or can never be; and error(storage) when `data` cannot be
// written.
void run_worker(const worker_parts& with, const worker_terms& terms, const worker_watcher& watcher,
                std::stop_token stop);

}  // namespace medusa
