#include "worker/keeper.hpp"

#include <algorithm>
#include <utility>

#include "job/turns.hpp"
#include "worker/presence.hpp"

namespace medusa {

void keeper::look() {
    const auto stories = own_.running();
    for (const auto& story : stories) tend(*story);
    std::erase_if(tended_, [&](const auto& known) {
        return std::none_of(stories.begin(), stories.end(), [&](const auto& story) {
            return story->leased().lease.token == known.first;
        });
    });
    const auto asked_at = trouble_.asks();
    try {
        watch(stories);
        trouble_.answered();
    } catch (const error& failure) {
        trouble_.failed(failure, asked_at);
    }
}

// With a copy of the job of its own: the story's thread has another one, and may be at the disk.
void keeper::tend(running_story& story) {
    const auto now = time_.elapsed();
    auto& own =
        tended_.try_emplace(story.leased().lease.token, tended{story.leased(), now}).first->second;
    const auto progress = story.take_progress();
    const bool due = now - own.beaten_at >= beat_pause;
    if (!due && !progress) return;
    try {
        const bool held = due ? queue_.beat(own.newest) : queue_.progressed(own.newest, *progress);
        trouble_.worked();
        if (progress) own.newest.progress = *progress;
        if (progress && held && own_.feed) tell_progress(*own_.feed, own.newest);
        if (due) own.beaten_at = now;
        if (!held)
            story.interrupt(interruption::lost);
        else if (own.newest.status.cancel_wanted)
            story.interrupt(interruption::cancelled);
        if (held && due) story.beat_turn();
    } catch (const error& failure) {
        trouble_.failed(failure, now);
        if (now - own.beaten_at >= lease_silence) story.interrupt(interruption::given_back);
    }
}

void keeper::watch(const story_list& stories) {
    const auto all = queue_.held();
    const auto now = time_.elapsed();
    if (looked_at_ && now - *looked_at_ >= absence) seen_.clear();
    looked_at_ = now;

    std::set<std::string> dead;
    std::set<std::string> tokens;
    for (const auto& one : all) {
        const auto mine = std::find_if(stories.begin(), stories.end(), [&](const auto& story) {
            return story->leased().lease.token == one.lease.token;
        });
        if (mine != stories.end()) {
            if (one.cancel_wanted) (*mine)->interrupt(interruption::cancelled);
            continue;
        }
        tokens.insert(one.lease.token);
        const auto reason = why_lost(one, dead);
        if (!reason || !queue_.take_back(one, *reason)) continue;
        if (const auto newest = queue_.find(one.id)) own_.taken_back(*newest);
    }
    std::erase_if(seen_, [&](const auto& known) { return !tokens.contains(known.first); });
    // Only now: a failure above leaves them for the next look.
    for (const auto& worker : dead) forget_worker(own_.data, worker);
    // Those that died without a job are not met in the queue.
    if (!std::exchange(is_swept_, true))
        for (const auto& worker : known_workers(own_.data))
            if (is_dead(own_.data, worker)) forget_worker(own_.data, worker);
}

std::optional<std::string> keeper::why_lost(const held_job& one, std::set<std::string>& dead) {
    const auto& worker = one.lease.worker;
    if (worker == own_.worker) {
        if (silent_for(one, answer_lost)) return "it was leased, and nobody heard of it";
        return std::nullopt;
    }
    if (dead.contains(worker) || is_dead(own_.data, worker)) {
        dead.insert(worker);
        return "its worker has died";
    }
    if (silent_for(one, lease_silence)) return "its worker has fallen silent";
    return std::nullopt;
}

bool keeper::silent_for(const held_job& one, std::chrono::milliseconds most) {
    const auto now = time_.elapsed();
    auto& seen =
        seen_.try_emplace(one.lease.token, sign_of_life{one.lease.beats, now}).first->second;
    if (seen.beats != one.lease.beats) seen = {one.lease.beats, now};
    return now - seen.at >= most;
}

}  // namespace medusa
