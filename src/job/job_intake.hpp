// The intake port: jobs are accepted here, looked at and listed.
//
// One of the ports of a store adapter, beside its characters, so that a job shares their fate;
// used from several threads and processes at once. Errors of every function: error(storage),
// corrupted, unavailable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/job.hpp"

namespace medusa {

struct job_query {
    std::optional<std::string> user_id{};  // empty: everybody's
    std::optional<std::string> submission_id{};
    std::optional<job_state> state{};
    std::size_t limit = 50;
    // Newest first: the cursor of the last one seen, for the next page.
    std::int64_t before = INT64_MAX;
    // Set: jobs whose record is damaged are left out, and their ids are put here. Not set: list()
    // throws error(corrupted) for them.
    std::vector<std::string>* damaged = nullptr;
};

// A job and its place in the order in which jobs were accepted.
struct listed_job {
    std::int64_t cursor = 0;
    job found;
};

struct job_counts {
    std::size_t queued = 0;
    std::size_t leased = 0;
    std::size_t done = 0;
    std::size_t failed = 0;
    std::size_t cancelled = 0;
    std::size_t dead = 0;
    std::size_t all() const { return queued + leased + done + failed + cancelled + dead; }
    friend bool operator==(const job_counts&, const job_counts&) = default;
};

// The jobs that wait, of everybody.
struct waiting_line {
    std::size_t jobs = 0;
    std::optional<time_point> since{};  // when the first of them was accepted; empty: none waits
    friend bool operator==(const waiting_line&, const waiting_line&) = default;
};

class job_intake {
public:
    virtual ~job_intake() = default;
    // Accepts `asked` with all its jobs, durable when it returns: all of them or none. Where the
    // owner has a submission of the same key that is not older than `keys_since`, nothing is
    // changed and that one is returned, else `asked`. Where there is one of the same id and owner
    // (a batch that goes on, or the same call once more after an error), the jobs that it lacks are
    // added, those that are there stay as they are, and its fingerprint and total (never lowered)
    // become those of `asked`. error(conflict) when the id is another owner's.
    virtual submission submit(const submission& asked, std::span<const job> jobs,
                              time_point keys_since) = 0;
    virtual std::optional<submission> find_submission(const std::string& id) = 0;
    // The one that submit() would return for this key; empty for an empty key.
    virtual std::optional<submission> find_keyed(const std::string& user_id, const std::string& key,
                                                 time_point keys_since) = 0;
    // The newest of this owner with this fingerprint that has jobs which are not done.
    virtual std::optional<submission> find_unfinished(const std::string& user_id,
                                                      const std::string& fingerprint) = 0;
    virtual std::optional<job> find(const std::string& id) = 0;
    // Newest first; within one submission, the first line is the oldest.
    virtual std::vector<listed_job> list(const job_query& wanted) = 0;
    // Only user_id and submission_id of the query count.
    virtual job_counts count(const job_query& wanted) = 0;
    // How many queued jobs of its owner were accepted before it. Cheap, also where many wait.
    virtual std::size_t ahead_of(const job& one) = 0;
    // As cheap: for those who watch over the service.
    virtual waiting_line waiting() = 0;
    // Removes submissions whose jobs have all ended before `ended_before`, with their jobs; returns
    // how many jobs.
    virtual std::size_t forget(time_point ended_before) = 0;
};

}  // namespace medusa
