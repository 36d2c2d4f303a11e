// Jobs in memory: both ports of jobs as plainly as they can be said, for tests of what is built on
// them. It passes the same contract as the stores.
//
// Owned by a test; any thread. Each question looks at every job, so it is for thousands, not for
// more. Errors: error(conflict) and invalid_argument as the ports say.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "job/job_intake.hpp"
#include "job/job_leases.hpp"

namespace medusa::testing_support {

class memory_jobs : public job_intake, public job_leases {
public:
    submission submit(const submission& asked, std::span<const job> jobs,
                      time_point keys_since) override;
    std::optional<submission> find_submission(const std::string& id) override;
    std::optional<submission> find_keyed(const std::string& user_id, const std::string& key,
                                         time_point keys_since) override;
    std::optional<submission> find_unfinished(const std::string& user_id,
                                              const std::string& fingerprint) override;
    std::optional<job> find(const std::string& id) override;
    std::vector<listed_job> list(const job_query& wanted) override;
    job_counts count(const job_query& wanted) override;
    std::size_t ahead_of(const job& one) override;
    waiting_line waiting() override;
    std::size_t forget(time_point ended_before) override;

    std::optional<job> next(const job_filter& wanted, time_point now, time_point farthest) override;
    bool swap(const job& changed, std::int64_t expected, job_durability wanted) override;
    std::vector<held_job> held() override;
    void expect_writable() override {}

private:
    // Under the mutex.
    submission* accepted(const std::string& id);
    const submission* keyed(const std::string& user_id, const std::string& key,
                            time_point keys_since) const;
    job* known(const std::string& id);
    bool goes_before(const job& one, const job& other) const;

    std::mutex mutex_;
    // All below is guarded by the mutex. Both in the order of their coming.
    std::vector<submission> submissions_;
    std::vector<job> jobs_;
    std::vector<std::int64_t> cursors_;          // of jobs_
    std::map<std::string, std::size_t> places_;  // of jobs_, by id
    std::map<std::string, std::int64_t> turns_;  // when an owner was served last
    std::int64_t cursor_ = 0;
    std::int64_t turn_ = 0;
};

}  // namespace medusa::testing_support
