#include "worker/story_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "job/lifecycle.hpp"
#include "pipeline/create_character.hpp"
#include "pipeline/create_image.hpp"
#include "pipeline/give_up.hpp"
#include "record/job_json.hpp"

namespace medusa {
namespace {

// More submissions than that at once are rare; the others are looked up again.
constexpr std::size_t submissions_known = 32;

std::string_view word_of(stage reached) {
    switch (reached) {
        case stage::warming:
            return "warming";
        case stage::waiting:
            return "waiting";
        case stage::drawing:
            return "drawing";
        case stage::storing:
            return "storing";
        case stage::recording:
        case stage::done:
            return "recording";
    }
    return {};
}

[[noreturn]] void end_here() {
    throw error(errc::cancelled, "the job was interrupted");
}

bool was_last_run_by(const std::string& worker, const job& newest) {
    for (auto event = newest.events.rbegin(); event != newest.events.rend(); ++event) {
        if (event->what == "lost") return false;
        if (event->what == "leased") return event->detail == worker;
    }
    return false;
}

// Until a job that waits again is due; none: it has ended.
std::optional<std::chrono::milliseconds> pause_before(const job& one) {
    if (one.status.state != job_state::queued) return std::nullopt;
    return std::max(one.status.not_before - one.updated_at, std::chrono::milliseconds(0));
}

}  // namespace

// The checkpoints of one story. What it says to the queue is fenced by the lease.
class story_runner::course final : public checkpoints {
public:
    course(const story_runner& of, running_story& story)
        : of_(of), story_(story), held_(story.leased()) {}

    job& held() { return held_; }
    running_story& story() { return story_; }
    void made_for(const job_surroundings& around) {
        asked_ = fingerprint_of(held_.owner, around, {&held_.request, 1});
    }

    std::optional<rendered_picture> rendered(int index) override {
        auto found = of_.kept_.find(key(index));
        if (found) reached(job_stage::rendered);
        return found;
    }

    void keep(int index, const rendered_picture& one) override {
        try {
            of_.kept_.keep(key(index), one);
        } catch (const error&) {
            // The picture is at hand: it may be stored and recorded all the same.
            return;
        }
        reached(job_stage::rendered);
    }

    void reached(job_stage stage) override {
        say([&](job& one) { return of_.with_.queue.reached(one, stage); },
            stage < job_stage::recorded);
        if (stage >= job_stage::recorded) of_.kept_.forget(held_.id, held_.status.pictures);
    }

    void picture_whole(int index) override {
        of_.kept_.forget(held_.id, index);
        if (held_.status.pictures > index) return;
        say([&](job& one) { return of_.with_.queue.picture_whole(one, index + 1); }, true);
    }

private:
    spool_key key(int index) const { return {held_.id, index, asked_}; }

    // What is recorded stays, so that nothing is gained by an end before the job says so.
    void say(const std::function<bool(job&)>& change, bool may_end) {
        try {
            const bool still_held =
                of_.trouble_.insist([&] { return change(held_); }, story_.stop());
            if (!still_held) story_.interrupt(interruption::lost);
        } catch (const error&) {
            if (story_.why() == interruption::none) throw;
            end_here();
        }
        if (may_end && held_.status.cancel_wanted) story_.interrupt(interruption::cancelled);
        const auto why = story_.why();
        if (why == interruption::lost || (may_end && why != interruption::none)) end_here();
        if (of_.watcher_.changed) of_.watcher_.changed(held_);
    }

    const story_runner& of_;
    running_story& story_;
    job held_;  // its newest state
    std::string asked_;
};

job_surroundings story_runner::surroundings_of(const std::string& submission_id,
                                               const std::stop_token& stop) {
    if (const auto known = known_.find(submission_id); known != known_.end()) return known->second;
    std::optional<submission> found;
    const auto ask = [&] {
        return (found = with_.queue.find_submission(submission_id)).has_value();
    };
    if (!trouble_.insist(ask, stop))
        throw error(errc::corrupted, "the job belongs to no submission that is stored");
    if (known_.size() >= submissions_known) known_.clear();
    return known_[submission_id] = std::move(found->surroundings);
}

story_runner::made_with story_runner::parts_of(const job& one, const std::stop_token& stop) {
    const std::lock_guard lock(mutex_);
    auto around = surroundings_of(one.submission_id, stop);
    const auto& parts = with_.parts_for(around);
    return {parts, std::move(around)};
}

std::vector<std::string> story_runner::tell_story(course& of) {
    const auto& one = of.story().leased();
    const auto [parts, around] = parts_of(one, of.story().stop());
    of.made_for(around);
    const auto told = [&](stage reached, int step, int steps) {
        if (reached != stage::done) of.story().tell({std::string(word_of(reached)), step, steps});
        if (watcher_.progress) watcher_.progress(one, reached, step, steps);
    };
    const story_context context{told, of.story().stop(), of, of.story().left()};
    if (const auto* wanted = std::get_if<character_request>(&one.request))
        return create_character(parts, {one.id, one.owner, wanted->draft}, context).notes;
    const create_image_job wanted{std::get<image_request>(one.request), one.id, one.owner};
    return create_image(parts, wanted, context).notes;
}

void story_runner::run(running_story& story, const std::stop_token& at_last) {
    if (watcher_.changed) watcher_.changed(story.leased());
    course of(*this, story);
    std::vector<std::string> notes;
    std::optional<error> failure;
    try {
        notes = tell_story(of);
    } catch (const error& caught) {
        failure = caught;
    } catch (const std::exception& bug) {
        failure = error(errc::internal, fmt::format("a bug in medusa: {}", bug.what()));
    }
    close(of, notes, failure, at_last);
}

void story_runner::close(course& of, const std::vector<std::string>& notes,
                         const std::optional<error>& failure, const std::stop_token& at_last) {
    auto& held = of.held();
    const auto why = of.story().why();
    const bool interrupted = failure && failure->code() == errc::cancelled;
    const auto outcome = [&] {
        if (why == interruption::lost) return false;
        if (!failure) return with_.queue.succeeded(held, notes);
        if (interrupted && why == interruption::cancelled) return with_.queue.cancel_heard(held);
        // The story was told to end, or a part of it because the whole process does.
        if (interrupted) return with_.queue.released(held);
        return with_.queue.failed(held, *failure);
    };
    if (trouble_.insist(outcome, at_last)) {
        of.story().end_turn(pause_before(held));
        if (has_ended(held.status.state)) tidy_up(held, at_last);
        if (watcher_.changed) watcher_.changed(held);
        return;
    }
    // Who takes a job back announces it anew.
    of.story().end_turn(std::nullopt);
    // Somebody else has it, or has ended it; or it was us, and the queue's answer was lost.
    std::optional<job> newest;
    trouble_.insist([&] { return (newest = with_.queue.find(held.id)).has_value(); }, at_last);
    if (!newest) return;
    if (held.status.stage >= job_stage::rendered) with_parts_of(held, yield_to_others, at_last);
    const bool ended = has_ended(newest->status.state);
    if (ended) tidy_up(*newest, at_last);
    if (!was_last_run_by(held.lease.worker, *newest)) {
        if (watcher_.taken_over) watcher_.taken_over(*newest);
    } else if (ended && watcher_.changed) {
        watcher_.changed(*newest);
    }
}

void story_runner::tidy_up(const job& ended, const std::stop_token& stop) {
    // A dead job may be redriven: its picture is paid for.
    if (ended.status.state != job_state::dead) kept_.forget(ended.id, ended.status.pictures);
    // Poison takes down whoever touches it, also half-way through this. What it took stays as it
    // is, for its redrive to go on with, or for a sweep.
    if (lifecycle::is_poison(ended.status)) return;
    if (ended.status.state != job_state::done) with_parts_of(ended, give_up, stop);
}

// Without parts there is nothing that could be given back; a sweep finds it one day.
void story_runner::with_parts_of(const job& one, const end_of_story& end,
                                 const std::stop_token& stop) {
    try {
        end(parts_of(one, stop).parts, one);
    } catch (const error&) {
        return;
    }
}

}  // namespace medusa
