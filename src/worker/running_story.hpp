// A job that this worker has, and the story that runs for it: what its runner and the keeper of
// leases know of each other.
//
// Shared by both threads, and by those of the engine that tell progress.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "domain/job.hpp"
#include "job/job_feed.hpp"

namespace medusa {

enum class interruption {
    none,
    cancelled,   // the user does not want it any more
    given_back,  // the worker stops, or cannot keep its lease: the job goes on somewhere later
    stopped,     // the same by the user's wish, who may never go on: no server draws for it longer
    lost,        // it is somebody else's by now
};

class running_story {
public:
    // `turn`: the ticket of a feed that it was leased by, if any.
    explicit running_story(job leased, std::unique_ptr<ticket> turn = nullptr)
        : leased_(std::move(leased)), turn_(std::move(turn)) {}

    // As it was when it was leased.
    const job& leased() const { return leased_; }

    // Asks the story to end. The first reason counts, but a lost job stays lost.
    void interrupt(interruption why) {
        {
            const std::lock_guard lock(mutex_);
            if (why_ != interruption::none && why != interruption::lost) return;
            why_ = why;
        }
        // Others go on with it: what a server draws for it is theirs.
        if (why == interruption::given_back || why == interruption::lost) left_.request_stop();
        stop_.request_stop();
    }
    interruption why() const {
        const std::lock_guard lock(mutex_);
        return why_;
    }
    std::stop_token stop() const { return stop_.get_token(); }
    std::stop_token left() const { return left_.get_token(); }

    void tell(const job_progress& progress) {
        const std::lock_guard lock(mutex_);
        progress_ = progress;
    }
    // What was told since this was asked last.
    std::optional<job_progress> take_progress() {
        const std::lock_guard lock(mutex_);
        return std::exchange(progress_, std::nullopt);
    }

    void beat_turn() {
        const std::lock_guard lock(mutex_);
        if (turn_) turn_->beat();
    }
    // Once the queue knows of the end; `again`: the job waits, and is due after this pause.
    void end_turn(std::optional<std::chrono::milliseconds> again) {
        const std::lock_guard lock(mutex_);
        if (!turn_) return;
        if (again)
            turn_->again_in(*again);
        else
            turn_->done();
        turn_.reset();
    }

private:
    const job leased_;
    std::stop_source stop_;
    std::stop_source left_;
    mutable std::mutex mutex_;
    interruption why_ = interruption::none;  // guarded by mutex_, as below
    std::optional<job_progress> progress_;
    std::unique_ptr<ticket> turn_;
};

}  // namespace medusa
