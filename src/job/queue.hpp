// The queue: what is asked of jobs by doors and workers, over the ports of any store.
//
// Made in app/; used from several threads at once, beside queues of other processes on the same
// store. Every change is compared-and-set against the job's revision, and a worker's changes are
// fenced by its token as well: who lost its lease changes nothing any more, however late it wakes.
// Throws what the ports throw, and what each function says.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/limits.hpp"
#include "job/job_feed.hpp"
#include "job/job_intake.hpp"
#include "job/job_leases.hpp"
#include "job/owner_limit.hpp"
#include "net/retry.hpp"

namespace medusa {

// What a door hands in: the jobs of one submission, in order.
struct asked_job {
    job_request request;
    int line = 0;
    int priority = 0;
    int tries_max = 0;
    std::optional<error> unreadable{};  // nothing can be made of this line: it has failed already
};

// A job as it was before a change.
struct job_before {
    job_status status;
    time_point told_at{};  // its newest event
};

struct job_queue_parts {
    job_intake& intake;
    job_leases& leases;
    const clock& time;
    id_source& ids;
    unit_random random;
    job_feed* feed = nullptr;  // told of jobs that wait; none: workers look by themselves
    std::size_t owner_jobs_max = limits::jobs_waiting;  // see job/owner_limit.hpp
    // Called after each change that this queue has made, with the status and the newest event
    // before it; without them for a new job. From any thread; must be quick, and throw nothing.
    std::function<void(const job_before* before, const job& now)> watched{};
};

// An idempotency key that stands for another request: error(conflict), and its own status in HTTP.
class key_reused final : public error {
public:
    key_reused()
        : error(errc::conflict, "the idempotency key was used for another request",
                "Use a new key for a new request") {}
};

// For so long the same request under the same idempotency key is done once.
inline constexpr std::chrono::hours keys_kept{24};
// Throws error(invalid_argument) for a malformed key; empty: there is none.
void expect_idempotency_key(const std::string& key);

class job_queue {
public:
    explicit job_queue(job_queue_parts parts)
        : parts_(std::move(parts)), owners_(parts_.owner_jobs_max) {}

    // Accepts the jobs, durable when it returns. `asked` needs owner and surroundings, and may
    // bring an id and an idempotency key; the rest is filled in. Where the same was accepted before
    // under this key, that submission is returned, and nothing is added. A submission of this id
    // goes on: jobs that ended without success get another life, with what is asked of them now;
    // those that it lacks are added, and the others stay as they are. Throws key_reused for a
    // key that stands for something else, conflict for an id that is another owner's, quota when
    // the owner has owner_jobs_max and the key, if any, is new, invalid_argument for a malformed
    // key or no job.
    submission submit(submission asked, const std::vector<asked_job>& jobs);

    std::optional<submission> find_submission(const std::string& id);
    // The one that submit() would return for this key; empty for a key that is new, or empty.
    std::optional<submission> find_keyed(const std::string& user_id, const std::string& key);
    // The newest of this owner that asked for the same and is not done.
    std::optional<submission> find_unfinished(const owner_info& owner,
                                              const job_surroundings& surroundings,
                                              const std::vector<asked_job>& jobs);
    std::optional<job> find(const std::string& id);
    std::vector<listed_job> list(const job_query& wanted);
    job_counts count(const job_query& wanted);
    std::size_t ahead_of(const job& one);
    waiting_line waiting();
    // Throws what keeps jobs from being accepted; cheap.
    void expect_writable();

    // The user's wishes. Each returns the job as it is afterwards. Throws error(not_found) for a
    // job that is not there or is another user's, error(conflict) as lifecycle.hpp says.
    job cancel(const std::string& id, const std::string& user_id);
    job retry(const std::string& id, const std::string& user_id);

    // The next job, now held by `worker`; empty: nothing is ready. `alone_ok`: nothing else runs
    // here, so that it may be one that runs alone; if not, and one of those is next, then nothing
    // is leased until it may be.
    std::optional<job> lease(const std::string& worker, const job_filter& wanted, bool alone_ok);

    // What the holder of a lease says. Each changes `held` to the newest state, and returns false,
    // and changes nothing, when the lease is lost. beat() tells of `held.status.cancel_wanted`.
    bool beat(job& held);
    bool reached(job& held, job_stage stage);
    // So many pictures are whole, one more than before; said again, it changes nothing.
    bool picture_whole(job& held, int pictures);
    bool progressed(job& held, const job_progress& progress);
    bool succeeded(job& held, const std::vector<std::string>& notes);
    bool failed(job& held, const error& failure);
    bool released(job& held);
    bool cancel_heard(job& held);

    // Every leased job, for those who watch over workers.
    std::vector<held_job> held();
    // Takes a job from a worker that is seen to be dead or silent: nothing happens if it showed a
    // sign of life since `seen`. True: it is free now, or dead.
    bool take_back(const held_job& seen, const std::string& reason);

private:
    using change = std::function<void(job&)>;
    bool held_change(job& held, const change& apply);
    void go_on(const submission& with, const std::vector<job>& jobs);
    void announce(std::span<const job> jobs);
    job user_change(const std::string& id, const std::string& user_id, const change& apply);
    void stamp(job& changed);
    // Why the owner may not have so many more jobs; none: they are free to be handed in.
    std::optional<error> lack_of_room(const std::string& user_id, owner_limit::handing_in& jobs);
    void watch(const job& before, const job& now) const;

    job_queue_parts parts_;
    owner_limit owners_;
};

}  // namespace medusa
