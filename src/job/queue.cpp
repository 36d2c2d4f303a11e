#include "job/queue.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "job/lifecycle.hpp"
#include "job/turns.hpp"
#include "record/job_json.hpp"

namespace medusa {
namespace {

// What is waited for at most before the next try; what lies further ahead is a clock set back.
constexpr std::chrono::hours pause_max{1};
constexpr std::size_t events_kept = 40;
constexpr std::size_t failures_kept = 25;
// How often a change is tried again that others were quicker with.
constexpr int races_max = 100;

template <class List>
void keep_newest(List& list, std::size_t most) {
    if (list.size() > most) list.erase(list.begin(), list.end() - std::ptrdiff_t(most));
}

void tell(job& about, time_point now, std::string what, std::string detail = {}) {
    const auto sequence = about.events.empty() ? 1 : about.events.back().sequence + 1;
    about.events.push_back({sequence, now, std::move(what), std::move(detail)});
    keep_newest(about.events, events_kept);
}

bool ended_badly(job_state state) {
    return has_ended(state) && state != job_state::done;
}

// What the user is told of and a restart could not find out again is on the disk first. `done` is
// not among it: the record says that.
job_durability durability_of(const job& changed) {
    return ended_badly(changed.status.state) ? job_durability::now : job_durability::soon;
}

std::vector<job_request> requests_of(const std::vector<asked_job>& jobs) {
    std::vector<job_request> requests;
    for (const auto& one : jobs) requests.push_back(one.request);
    return requests;
}

void expect_same(const submission& stored, const submission& asked) {
    if (stored.fingerprint != asked.fingerprint) throw key_reused();
}

job_failure failure_of(const error& failure, time_point now, job_stage stage) {
    return {now, stage, std::string(info(failure.code()).name), failure.detail(), failure.advice()};
}

// What becomes job `index` of a submission.
job accepted(const submission& of, const asked_job& asked, int index) {
    job one;
    one.id = derived_uuid(of.id, index);
    one.submission_id = of.id;
    one.index = index;
    one.line = asked.line;
    one.owner = of.owner;
    one.request = asked.request;
    one.priority = asked.priority;
    one.tries_max = asked.tries_max;
    one.created_at = one.updated_at = of.created_at;
    tell(one, of.created_at, "queued");
    if (const auto& reason = asked.unreadable) {
        one.status.state = job_state::failed;
        one.failures.push_back(failure_of(*reason, of.created_at, job_stage::accepted));
        tell(one, of.created_at, "failed", reason->detail());
    }
    return one;
}

error unknown_job(const std::string& id) {
    return error(errc::not_found, fmt::format("there is no job {}", printable(id)),
                 "medusa jobs shows yours");
}

}  // namespace

void expect_idempotency_key(const std::string& key) {
    const auto printable_ascii = [](char c) { return c >= ' ' && c <= '~'; };
    if (key.size() > limits::idempotency_key_chars ||
        !std::all_of(key.begin(), key.end(), printable_ascii))
        throw error(
            errc::invalid_argument, "the idempotency key is malformed",
            fmt::format("Send 1 to {} printable ASCII characters", limits::idempotency_key_chars));
}

submission job_queue::submit(submission asked, const std::vector<asked_job>& jobs) {
    if (jobs.empty()) throw error(errc::invalid_argument, "nothing was asked for");
    expect_idempotency_key(asked.idempotency_key);
    if (asked.id.empty()) asked.id = parts_.ids.uuid();
    asked.fingerprint = fingerprint_of(asked.owner, asked.surroundings, requests_of(jobs));
    asked.total = jobs.size();
    asked.created_at = parts_.time.now();
    const auto keys_since = asked.created_at - keys_kept;

    owner_limit::handing_in room(owners_, asked.owner.user_id, jobs.size());
    if (const auto refusal = lack_of_room(asked.owner.user_id, room)) {
        const auto earlier =
            parts_.intake.find_keyed(asked.owner.user_id, asked.idempotency_key, keys_since);
        if (!earlier) throw *refusal;
        expect_same(*earlier, asked);
        return *earlier;
    }

    std::vector<job> made;
    made.reserve(jobs.size());
    for (const auto& one : jobs) made.push_back(accepted(asked, one, int(made.size())));
    const bool known = parts_.intake.find_submission(asked.id).has_value();
    const auto stored = parts_.intake.submit(asked, made, keys_since);
    expect_same(stored, asked);
    if (known)
        go_on(stored, made);
    else if (stored.id == asked.id)
        announce(made);
    if (!known && stored.id == asked.id && parts_.watched)
        for (const auto& one : made) parts_.watched(nullptr, one);
    return stored;
}

std::optional<error> job_queue::lack_of_room(const std::string& user_id,
                                             owner_limit::handing_in& jobs) {
    const auto crowd = jobs.crowded_by([&] {
        const auto counts = parts_.intake.count({.user_id = user_id});
        return counts.queued + counts.leased;
    });
    if (!crowd) return std::nullopt;
    return error(errc::quota,
                 fmt::format("{} jobs of yours wait or run, and at most {} may",
                             fmt::group_digits(*crowd), fmt::group_digits(parts_.owner_jobs_max)),
                 "Wait until some are done, or cancel some: medusa jobs");
}

void job_queue::announce(std::span<const job> jobs) {
    if (parts_.feed) announce_turns(*parts_.feed, jobs);
}

void job_queue::go_on(const submission& with, const std::vector<job>& jobs) {
    std::vector<job> newest;
    for (const auto& wanted : jobs) {
        const auto found = parts_.intake.find(wanted.id);
        if (!found) continue;
        newest.push_back(*found);
        if (!ended_badly(found->status.state)) continue;
        newest.back() = user_change(wanted.id, with.owner.user_id, [&](job& one) {
            if (!ended_badly(one.status.state)) return;
            one.request = wanted.request;
            one.tries_max = wanted.tries_max;
            if (ended_badly(wanted.status.state)) {  // still unreadable
                one.status = wanted.status;
                one.failures = wanted.failures;
                return;
            }
            one.status = lifecycle::retried(one.status);
            tell(one, parts_.time.now(), "queued", "its batch goes on");
        });
    }
    announce(newest);
}

std::optional<submission> job_queue::find_submission(const std::string& id) {
    return parts_.intake.find_submission(id);
}

std::optional<submission> job_queue::find_keyed(const std::string& user_id,
                                                const std::string& key) {
    return parts_.intake.find_keyed(user_id, key, parts_.time.now() - keys_kept);
}

std::optional<submission> job_queue::find_unfinished(const owner_info& owner,
                                                     const job_surroundings& surroundings,
                                                     const std::vector<asked_job>& jobs) {
    return parts_.intake.find_unfinished(owner.user_id,
                                         fingerprint_of(owner, surroundings, requests_of(jobs)));
}

std::optional<job> job_queue::find(const std::string& id) {
    return parts_.intake.find(id);
}

std::vector<listed_job> job_queue::list(const job_query& wanted) {
    return parts_.intake.list(wanted);
}

job_counts job_queue::count(const job_query& wanted) {
    return parts_.intake.count(wanted);
}

std::size_t job_queue::ahead_of(const job& one) {
    return parts_.intake.ahead_of(one);
}

void job_queue::watch(const job& before, const job& now) const {
    if (!parts_.watched || before.status == now.status) return;
    const job_before was{before.status,
                         before.events.empty() ? time_point{} : before.events.back().at};
    parts_.watched(&was, now);
}

waiting_line job_queue::waiting() {
    return parts_.intake.waiting();
}

void job_queue::expect_writable() {
    parts_.leases.expect_writable();
}

void job_queue::stamp(job& changed) {
    changed.updated_at = parts_.time.now();
    ++changed.revision;
    if (changed.status.state != job_state::leased) {
        changed.lease = {};
        changed.progress = {};
    }
}

job job_queue::user_change(const std::string& id, const std::string& user_id, const change& apply) {
    for (int race = 0; race < races_max; ++race) {
        auto found = parts_.leases.find(id);
        if (!found || found->owner.user_id != user_id) throw unknown_job(id);
        auto changed = *found;
        apply(changed);
        if (changed == *found) return changed;
        stamp(changed);
        if (!parts_.leases.swap(changed, found->revision, job_durability::now)) continue;
        watch(*found, changed);
        return changed;
    }
    throw error(errc::conflict, fmt::format("job {} changes all the time", id), "Try again");
}

job job_queue::cancel(const std::string& id, const std::string& user_id) {
    return user_change(id, user_id, [&](job& one) {
        const auto before = one.status;
        one.status = lifecycle::cancelled(one.status);
        if (one.status == before) return;
        const bool at_once = one.status.state == job_state::cancelled;
        tell(one, parts_.time.now(), at_once ? "cancelled" : "cancel wanted");
    });
}

job job_queue::retry(const std::string& id, const std::string& user_id) {
    owner_limit::handing_in room(owners_, user_id, 1);
    if (const auto refusal = lack_of_room(user_id, room)) throw *refusal;
    const auto again = user_change(id, user_id, [&](job& one) {
        one.status = lifecycle::retried(one.status);
        tell(one, parts_.time.now(), "queued", "by the user, once more");
    });
    announce({&again, 1});
    return again;
}

std::optional<job> job_queue::lease(const std::string& worker, const job_filter& wanted,
                                    bool alone_ok) {
    for (int race = 0; race < races_max; ++race) {
        const auto now = parts_.time.now();
        auto found = parts_.leases.next(wanted, now, now + pause_max);
        if (!found || (lifecycle::runs_alone(found->status) && !alone_ok)) return std::nullopt;
        const auto before = *found;
        found->status = lifecycle::leased(found->status);
        found->lease = {parts_.ids.uuid(), worker, 0};
        tell(*found, now, "leased", worker);
        stamp(*found);
        if (!parts_.leases.swap(*found, before.revision, job_durability::soon)) continue;
        watch(before, *found);
        return found;
    }
    return std::nullopt;
}

bool job_queue::held_change(job& held, const change& apply) {
    for (int race = 0; race < races_max; ++race) {
        auto changed = held;
        apply(changed);
        stamp(changed);
        if (parts_.leases.swap(changed, held.revision, durability_of(changed))) {
            watch(held, changed);
            held = std::move(changed);
            return true;
        }
        // Somebody else changed it: the user, or another thread of this very worker.
        auto newest = parts_.leases.find(held.id);
        if (!newest || newest->status.state != job_state::leased ||
            newest->lease.token != held.lease.token)
            return false;
        held = std::move(*newest);
    }
    throw error(errc::conflict, fmt::format("job {} changes all the time", held.id));
}

bool job_queue::beat(job& held) {
    return held_change(held, [](job& one) { ++one.lease.beats; });
}

bool job_queue::reached(job& held, job_stage stage) {
    return held_change(held, [&](job& one) {
        const auto before = one.status.stage;
        one.status = lifecycle::reached(one.status, stage);
        if (one.status.stage != before) tell(one, parts_.time.now(), std::string(to_string(stage)));
    });
}

bool job_queue::picture_whole(job& held, int pictures) {
    return held_change(held, [&](job& one) {
        if (one.status.pictures >= pictures) return;
        one.status = lifecycle::picture_whole(one.status);
        tell(one, parts_.time.now(), "picture", fmt::format("{} whole", one.status.pictures));
    });
}

bool job_queue::progressed(job& held, const job_progress& progress) {
    return held_change(held, [&](job& one) { one.progress = progress; });
}

bool job_queue::succeeded(job& held, const std::vector<std::string>& notes) {
    return held_change(held, [&](job& one) {
        one.status = lifecycle::succeeded(one.status);
        one.notes = notes;
        tell(one, parts_.time.now(), "done");
    });
}

bool job_queue::failed(job& held, const error& failure) {
    return held_change(held, [&](job& one) {
        const auto now = parts_.time.now();
        const auto stage = one.status.stage;
        one.status = lifecycle::failed(one.status, failure, one.tries_max, now, parts_.random());
        one.failures.push_back(failure_of(failure, now, stage));
        keep_newest(one.failures, failures_kept);
        const bool again = !ended_badly(one.status.state);
        tell(one, now, again ? "retry" : std::string(to_string(one.status.state)),
             failure.detail());
    });
}

bool job_queue::released(job& held) {
    return held_change(held, [&](job& one) {
        one.status = lifecycle::released(one.status);
        tell(one, parts_.time.now(), std::string(to_string(one.status.state)),
             "given back by its worker, which stops");
    });
}

bool job_queue::cancel_heard(job& held) {
    return held_change(held, [&](job& one) {
        one.status = lifecycle::cancel_heard(one.status);
        tell(one, parts_.time.now(), "cancelled");
    });
}

std::vector<held_job> job_queue::held() {
    return parts_.leases.held();
}

bool job_queue::take_back(const held_job& seen, const std::string& reason) {
    auto found = parts_.leases.find(seen.id);
    if (!found || found->status.state != job_state::leased || found->lease != seen.lease)
        return false;
    const auto before = *found;
    found->status = lifecycle::lost(found->status);
    const auto now = parts_.time.now();
    if (ended_badly(found->status.state))
        found->failures.push_back({now,
                                   found->status.stage,
                                   "internal",
                                   "every worker that runs it alone goes down",
                                   {}});
    tell(*found, now, "lost", reason);
    if (has_ended(found->status.state))
        tell(*found, now, std::string(to_string(found->status.state)));
    stamp(*found);
    if (!parts_.leases.swap(*found, before.revision, durability_of(*found))) return false;
    watch(before, *found);
    announce({&*found, 1});
    return true;
}

}  // namespace medusa
