#include "support/memory_jobs.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "record/job_json.hpp"

namespace medusa::testing_support {
namespace {

void expect_utf8(const job& one) {
    if (!is_valid_utf8(boost::json::serialize(to_json(one))))
        throw error(errc::invalid_argument, "the request holds text that is not UTF-8");
}

bool asked_for(const job& one, const job_query& wanted) {
    return (!wanted.user_id || one.owner.user_id == *wanted.user_id) &&
           (!wanted.submission_id || one.submission_id == *wanted.submission_id);
}

std::size_t& counter_of(job_counts& counts, job_state state) {
    switch (state) {
        case job_state::queued:
            return counts.queued;
        case job_state::leased:
            return counts.leased;
        case job_state::done:
            return counts.done;
        case job_state::failed:
            return counts.failed;
        case job_state::cancelled:
            return counts.cancelled;
        case job_state::dead:
            break;
    }
    return counts.dead;
}

}  // namespace

submission* memory_jobs::accepted(const std::string& id) {
    const auto found = std::find_if(submissions_.begin(), submissions_.end(),
                                    [&](const auto& one) { return one.id == id; });
    return found == submissions_.end() ? nullptr : &*found;
}

const submission* memory_jobs::keyed(const std::string& user_id, const std::string& key,
                                     time_point keys_since) const {
    if (key.empty()) return nullptr;
    // The newest first: an older one of the same key has lost it.
    for (auto one = submissions_.rbegin(); one != submissions_.rend(); ++one)
        if (one->owner.user_id == user_id && one->idempotency_key == key &&
            one->created_at >= keys_since)
            return &*one;
    return nullptr;
}

job* memory_jobs::known(const std::string& id) {
    const auto place = places_.find(id);
    return place == places_.end() ? nullptr : &jobs_[place->second];
}

submission memory_jobs::submit(const submission& asked, std::span<const job> jobs,
                               time_point keys_since) {
    for (const auto& one : jobs) expect_utf8(one);
    const std::lock_guard lock(mutex_);
    if (const auto* earlier = keyed(asked.owner.user_id, asked.idempotency_key, keys_since))
        return *earlier;
    auto* stored = accepted(asked.id);
    if (stored && stored->owner.user_id != asked.owner.user_id)
        throw error(errc::conflict, "there is another batch " + asked.id);
    if (!stored) stored = &submissions_.emplace_back(asked);
    stored->fingerprint = asked.fingerprint;
    stored->total = std::max(stored->total, asked.total);
    for (const auto& one : jobs) {
        if (!places_.emplace(one.id, jobs_.size()).second) continue;
        jobs_.push_back(one);
        cursors_.push_back(++cursor_);
    }
    return *stored;
}

std::optional<submission> memory_jobs::find_submission(const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto* found = accepted(id);
    return found ? std::optional(*found) : std::nullopt;
}

std::optional<submission> memory_jobs::find_keyed(const std::string& user_id,
                                                  const std::string& key, time_point keys_since) {
    const std::lock_guard lock(mutex_);
    const auto* found = keyed(user_id, key, keys_since);
    return found ? std::optional(*found) : std::nullopt;
}

std::optional<submission> memory_jobs::find_unfinished(const std::string& user_id,
                                                       const std::string& fingerprint) {
    const std::lock_guard lock(mutex_);
    std::set<std::string> unfinished;
    for (const auto& one : jobs_)
        if (one.status.state != job_state::done) unfinished.insert(one.submission_id);
    for (auto one = submissions_.rbegin(); one != submissions_.rend(); ++one)
        if (one->owner.user_id == user_id && one->fingerprint == fingerprint &&
            unfinished.contains(one->id))
            return *one;
    return std::nullopt;
}

std::optional<job> memory_jobs::find(const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto* found = known(id);
    return found ? std::optional(*found) : std::nullopt;
}

std::vector<listed_job> memory_jobs::list(const job_query& wanted) {
    const std::lock_guard lock(mutex_);
    std::vector<listed_job> found;
    for (auto i = jobs_.size(); i-- > 0 && found.size() < wanted.limit;)
        if (cursors_[i] < wanted.before && asked_for(jobs_[i], wanted) &&
            (!wanted.state || jobs_[i].status.state == *wanted.state))
            found.push_back({cursors_[i], jobs_[i]});
    if (wanted.damaged) wanted.damaged->clear();
    return found;
}

job_counts memory_jobs::count(const job_query& wanted) {
    const std::lock_guard lock(mutex_);
    job_counts counts;
    for (const auto& one : jobs_)
        if (asked_for(one, wanted)) ++counter_of(counts, one.status.state);
    return counts;
}

std::size_t memory_jobs::ahead_of(const job& one) {
    const std::lock_guard lock(mutex_);
    const auto place = places_.find(one.id);
    const auto end = place == places_.end() ? 0 : std::ptrdiff_t(place->second);
    return std::size_t(std::count_if(jobs_.begin(), jobs_.begin() + end, [&](const job& other) {
        return other.owner.user_id == one.owner.user_id && other.status.state == job_state::queued;
    }));
}

waiting_line memory_jobs::waiting() {
    const std::lock_guard lock(mutex_);
    waiting_line line;
    for (const auto& one : jobs_) {
        if (one.status.state != job_state::queued) continue;
        if (line.jobs++ == 0) line.since = one.created_at;
    }
    return line;
}

std::size_t memory_jobs::forget(time_point ended_before) {
    const std::lock_guard lock(mutex_);
    std::set<std::string> kept;
    for (const auto& one : jobs_)
        if (!has_ended(one.status.state) || one.updated_at >= ended_before)
            kept.insert(one.submission_id);
    const auto goes = [&](const std::string& id) { return !kept.contains(id); };
    std::erase_if(submissions_, [&](const auto& one) { return goes(one.id); });
    std::vector<job> jobs;
    std::vector<std::int64_t> cursors;
    places_.clear();
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
        if (goes(jobs_[i].submission_id)) continue;
        places_[jobs_[i].id] = jobs.size();
        jobs.push_back(std::move(jobs_[i]));
        cursors.push_back(cursors_[i]);
    }
    const auto forgotten = jobs_.size() - jobs.size();
    jobs_ = std::move(jobs);
    cursors_ = std::move(cursors);
    return forgotten;
}

// Of two that wait; equal ones stay in the order of their coming.
bool memory_jobs::goes_before(const job& one, const job& other) const {
    const auto turn_of = [&](const job& of) {
        const auto found = turns_.find(of.owner.user_id);
        return found == turns_.end() ? 0 : found->second;
    };
    if (one.owner.user_id != other.owner.user_id) return turn_of(one) < turn_of(other);
    return one.priority > other.priority;
}

std::optional<job> memory_jobs::next(const job_filter& wanted, time_point now,
                                     time_point farthest) {
    const std::lock_guard lock(mutex_);
    const job* best = nullptr;
    for (const auto& one : jobs_) {
        const bool ready = one.status.state == job_state::queued &&
                           (one.status.not_before <= now || one.status.not_before > farthest);
        if (!ready || (wanted.submission_id && one.submission_id != *wanted.submission_id))
            continue;
        if (!best || goes_before(one, *best)) best = &one;
    }
    return best ? std::optional(*best) : std::nullopt;
}

bool memory_jobs::swap(const job& changed, std::int64_t expected, job_durability) {
    const std::lock_guard lock(mutex_);
    auto* stored = known(changed.id);
    if (!stored || stored->revision != expected) return false;
    if (changed.status.state == job_state::leased && stored->status.state != job_state::leased)
        turns_[changed.owner.user_id] = ++turn_;
    *stored = changed;
    return true;
}

std::vector<held_job> memory_jobs::held() {
    const std::lock_guard lock(mutex_);
    std::vector<held_job> found;
    for (const auto& one : jobs_)
        if (one.status.state == job_state::leased)
            found.push_back({one.id, one.lease, one.status.cancel_wanted});
    return found;
}

}  // namespace medusa::testing_support
