// A feed in memory that can be cut off and loses what it is told to. It waits a tenth of the time
// that it is given. Owned by a test; any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "job/job_feed.hpp"

namespace medusa::testing_support {

class memory_feed final : public job_feed {
public:
    void announce(std::span<const turn> turns) override {
        const std::lock_guard lock(mutex_);
        expect_working();
        for (const auto& one : turns)
            if (keys_.insert(one.key).second) {
                ready_.push_back(one.job_id);
                ++made_;
            }
        pretended_.reset();
        came_.notify_all();
    }

    std::unique_ptr<ticket> wait(std::chrono::milliseconds most, std::stop_token stop) override {
        std::unique_lock lock(mutex_);
        expect_working();
        came_.wait_for(lock, stop, most / 10, [&] { return !ready_.empty() || failing_; });
        expect_working();
        if (ready_.empty()) return nullptr;
        ready_.pop_front();
        ++held_;
        return std::make_unique<held_ticket>(*this);
    }

    feed_state state() override {
        const std::lock_guard lock(mutex_);
        expect_working(failing_state_);
        return pretended_.value_or(feed_state{ready_.size() + held_, made_});
    }

    void tell(const std::string&, std::string_view progress_json) override {
        const std::lock_guard lock(mutex_);
        told_.emplace_back(progress_json);
    }
    std::string check() override { return "in memory"; }

    void fail(bool failing) {
        const std::lock_guard lock(mutex_);
        failing_ = failing;
        came_.notify_all();
    }
    // Only what is asked fails; nothing comes, as from a server that hangs.
    void fail_state(bool failing) {
        const std::lock_guard lock(mutex_);
        failing_state_ = failing;
    }
    void lose_all() {
        const std::lock_guard lock(mutex_);
        ready_.clear();
        held_ = 0;
    }
    // What state() says until the next announcement.
    void pretend(const feed_state& old) {
        const std::lock_guard lock(mutex_);
        pretended_ = old;
    }
    std::vector<std::string> told() {
        const std::lock_guard lock(mutex_);
        return told_;
    }
    std::vector<std::chrono::milliseconds> put_off() {
        const std::lock_guard lock(mutex_);
        return put_off_;
    }

private:
    class held_ticket final : public ticket {
    public:
        explicit held_ticket(memory_feed& from) : from_(from) {}
        void beat() override {}
        void done() override {
            const std::lock_guard lock(from_.mutex_);
            if (from_.held_ > 0) --from_.held_;
        }
        // At once: time is the test's.
        void again_in(std::chrono::milliseconds pause) override {
            done();
            const std::lock_guard lock(from_.mutex_);
            from_.put_off_.push_back(pause);
            from_.ready_.emplace_back();
            from_.came_.notify_all();
        }

    private:
        memory_feed& from_;
    };

    // Under the lock.
    void expect_working(bool failing_here = false) const {
        if (failing_ || failing_here)
            throw error(errc::unavailable, "NATS connection failed: it is gone");
    }

    std::mutex mutex_;
    std::condition_variable_any came_;
    std::deque<std::string> ready_;  // all under the lock
    std::set<std::string> keys_;
    std::size_t held_ = 0;
    std::uint64_t made_ = 0;
    bool failing_ = false;
    bool failing_state_ = false;
    std::optional<feed_state> pretended_;
    std::vector<std::string> told_;
    std::vector<std::chrono::milliseconds> put_off_;
};

}  // namespace medusa::testing_support
