// A queue over jobs in memory whose time and ids belong to the test. Test code, one thread.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>

#include "job/queue.hpp"
#include "support/memory_jobs.hpp"

namespace medusa::testing_support {

class set_clock final : public clock {
public:
    time_point now() const override { return now_; }
    void add(std::chrono::milliseconds time) { now_ += time; }

private:
    time_point now_ = from_rfc3339("2026-11-23T12:00:00.000Z");
};

class counted_ids final : public id_source {
public:
    std::string uuid() override {
        return fmt::format("{:08x}-0000-4000-8000-000000000000", ++last_);
    }

private:
    std::atomic<int> last_ = 0;
};

inline const owner_info anna{"anna", "Anna"};
inline const owner_info ben{"ben", "Ben"};

inline asked_job wish_for(const std::string& name) {
    character_request wish;
    wish.draft.name = name;
    wish.draft.description = "A mystical elven sorceress with silver hair";
    return {.request = wish};
}

inline error remote_failing(failure_class kind) {
    return {errc::unavailable, remote_failure{kind, std::chrono::seconds(0)}, "the server is gone",
            "Wait"};
}

class queue_on_trial : public testing::Test {
protected:
    job_queue made(job_intake& intake) {
        return job_queue({intake, jobs_, time_, ids_, [] { return 0.5; }});
    }

    submission submit(const owner_info& owner = anna, const std::string& key = {},
                      const std::string& name = "Luna", const std::string& id = {}) {
        submission asked;
        asked.id = id;
        asked.owner = owner;
        asked.idempotency_key = key;
        return queue_.submit(asked, {wish_for(name)});
    }

    // The only job of a new submission, held.
    job held_job_of_anna() {
        submit();
        return queue_.lease("worker", {}, true).value();
    }

    held_job seen(const std::string& id) {
        for (const auto& one : queue_.held())
            if (one.id == id) return one;
        ADD_FAILURE() << "nobody holds " << id;
        return {};
    }

    errc refusal(const std::function<void()>& act) {
        try {
            act();
        } catch (const error& reason) {
            return reason.code();
        }
        ADD_FAILURE() << "nothing was refused";
        return errc::internal;
    }

    memory_jobs jobs_;
    set_clock time_;
    counted_ids ids_;
    job_queue queue_ = made(jobs_);
};

}  // namespace medusa::testing_support
