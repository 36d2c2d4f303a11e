// The lease port, subject to a fault_plan. Any thread.
#pragma once

#include "faulty_parts.hpp"
#include "job/job_leases.hpp"

namespace medusa {

class faulty_leases final : public job_leases {
public:
    faulty_leases(job_leases& inner, fault_plan& plan) : inner_(inner), plan_(plan) {}
    std::optional<job> next(const job_filter& wanted, time_point now,
                            time_point farthest) override {
        return plan_.run("next", [&] { return inner_.next(wanted, now, farthest); });
    }
    // Named by what the job is told by it: "leased", "rendered", "done" ...
    bool swap(const job& changed, std::int64_t expected, job_durability wanted) override {
        return plan_.run(name_of(changed), [&] { return inner_.swap(changed, expected, wanted); });
    }
    std::vector<held_job> held() override {
        return plan_.run("held", [&] { return inner_.held(); });
    }
    void expect_writable() override { inner_.expect_writable(); }
    std::optional<job> find(const std::string& id) override {
        return plan_.run("find", [&] { return inner_.find(id); });
    }

private:
    std::string name_of(const job& changed) {
        const auto& newest = changed.events.back();
        const std::lock_guard lock(mutex_);
        auto& told = told_[changed.id];
        if (newest.sequence <= told) return "sign of life";
        told = newest.sequence;
        return newest.what;
    }

    job_leases& inner_;
    fault_plan& plan_;
    std::mutex mutex_;
    std::map<std::string, std::int64_t> told_;  // by job; guarded by mutex_
};

}  // namespace medusa
