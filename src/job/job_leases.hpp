// The leases port: which job is next, and changes that only the holder of its newest state makes.
//
// One of the ports of a store adapter, over the same jobs as job_intake; used from several threads
// and processes at once. What a change means is not its business: job/queue.hpp decides. Errors of
// every function: error(storage), corrupted, unavailable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/job.hpp"

namespace medusa {

struct job_filter {
    std::optional<std::string> submission_id{};  // only its jobs
};

// A job that a worker has, as far as it is needed to see whether that worker lives.
struct held_job {
    std::string id;
    job_lease lease;
    bool cancel_wanted = false;
    friend bool operator==(const held_job&, const held_job&) = default;
};

enum class job_durability {
    now,   // on the disk when the call returns
    soon,  // seen by everybody at once, on the disk with the next change that is: for what a
           // restart finds out by itself
};

class job_leases {
public:
    virtual ~job_leases() = default;
    // The queued job that is next: of the owner who was served longest ago, the one of the highest
    // priority, and of these the oldest, whose not_before is not after `now` or is further away
    // than `farthest` (the clock was set back). It is not taken by that: swap() does. Empty: none.
    virtual std::optional<job> next(const job_filter& wanted, time_point now,
                                    time_point farthest) = 0;
    // Stores `changed` in place of the job of the same id if that has `expected` as its revision;
    // false, and nothing is changed, otherwise. The owner of a job that becomes leased by it is
    // served last from now on.
    virtual bool swap(const job& changed, std::int64_t expected, job_durability wanted) = 0;
    // Every leased job, oldest first.
    virtual std::vector<held_job> held() = 0;
    // A change that changes nothing: throws what keeps swap() from working.
    virtual void expect_writable() = 0;
    // The newest state of a job.
    virtual std::optional<job> find(const std::string& id) = 0;
};

}  // namespace medusa
