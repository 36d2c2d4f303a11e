// What every adapter of the ports of jobs must do: the suite that each adapter's own test
// instantiates with INSTANTIATE_TEST_SUITE_P and a job_store_under_test. Test code, one thread.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "job/job_intake.hpp"
#include "job/job_leases.hpp"
#include "store/stores.hpp"
#include "support/child.hpp"

namespace medusa {

struct job_ports {
    std::shared_ptr<job_intake> intake;
    std::shared_ptr<job_leases> leases;
};

struct job_store_under_test {
    std::string kind;
    // Opens the store whose data lies in `folder`, or that belongs to it; called several times for
    // one folder.
    std::function<job_ports(const std::filesystem::path& folder)> open;
    // What the helper program job_worker calls that store; empty where one process alone sees it.
    std::function<std::string(const std::filesystem::path& folder)> address{};
    int many = 10'000;  // jobs of a large batch
    int raced = 400;    // jobs that several workers take at once
};

inline void PrintTo(const job_store_under_test& adapter, std::ostream* out) {
    *out << adapter.kind;
}

inline job_ports job_ports_of(stores all) {
    return {std::move(all.intake), std::move(all.leases)};
}

class job_contract : public testing::TestWithParam<job_store_under_test> {
protected:
    job_ports open() { return GetParam().open(folder_.path()); }

    // Accepts `jobs` jobs of `user_id` and returns their ids in order. Times count from now_.
    std::vector<std::string> submit(const std::string& id, const std::string& user_id, int jobs = 1,
                                    int priority = 0);
    // The next job for everybody, or "" for none.
    std::string next_id(const job_filter& wanted = {});
    // Takes the next job and returns its id; "" for none.
    std::string lease(const job_filter& wanted = {});
    // Stores what `apply` makes of the job; it must be there.
    job changed(const std::string& id, const std::function<void(job&)>& apply);
    job end(const std::string& id, job_state state);

    testing_support::scratch_folder folder_;
    time_point now_ = from_rfc3339("2026-11-23T01:35:09.045Z");
    job_ports store_ = open();
};

// What job_queue would make of a request: complete, with an id derived from the submission's.
submission submission_for(const std::string& id, const std::string& user_id, int jobs,
                          time_point at);
job job_for(const submission& asked, int index);
std::vector<job> jobs_for(const submission& asked);

}  // namespace medusa
