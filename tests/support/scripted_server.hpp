// An attempt log in memory and image servers that do what a test tells them. Any thread.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "engine/image_server.hpp"
#include "store/attempt_log.hpp"

namespace medusa::testing_support {

inline error failure_of(failure_class kind) {
    return error(errc::unavailable, remote_failure{kind}, "RunPod connection failed: as told");
}

class kept_log final : public attempt_log {
public:
    void begin(const attempt& sent) override {
        const std::lock_guard lock(mutex_);
        rows_.push_back(sent);
    }
    void accepted(const std::string& id, const std::string& remote_id) override {
        const std::lock_guard lock(mutex_);
        for (auto& row : rows_)
            if (row.id == id) row.remote_id = remote_id;
    }
    void end(const std::string& id, attempt_state state, const std::string& reason) override {
        const std::lock_guard lock(mutex_);
        for (auto& row : rows_)
            if (row.id == id && row.state == attempt_state::sent) {
                row.state = state;
                row.reason = reason;
            }
    }
    std::vector<attempt> of(const std::string& job_id, int image_index) override {
        const std::lock_guard lock(mutex_);
        std::vector<attempt> found;
        for (const auto& row : rows_)
            if (row.job_id == job_id && row.image_index == image_index) found.push_back(row);
        return found;
    }

private:
    std::mutex mutex_;
    std::vector<attempt> rows_;
};

// What the stand-in servers do, shared with the test.
struct script {
    using step = std::function<std::optional<picture>(const attempt_order&, std::stop_token)>;
    std::mutex mutex;
    std::deque<step> runs;     // one for each run(); empty: a picture
    std::deque<step> resumes;  // one for each resume(); empty: lost
    std::deque<error> probes;  // failures before it is ready
    std::vector<std::string> ran;
    std::vector<std::string> resumed;
    std::vector<std::string> methods;
    attempt_log* log = nullptr;
    std::atomic<int> inside = 0;
    std::atomic<int> most_inside = 0;

    step next(std::deque<step>& steps) {
        const std::lock_guard lock(mutex);
        if (steps.empty()) return {};
        auto first = std::move(steps.front());
        steps.pop_front();
        return first;
    }
};

inline picture drawn_by(const attempt_order& order) {
    picture drawn;
    drawn.png = "a picture of " + order.attempt_id;
    drawn.engine = "comfyui";
    drawn.model = order.model;
    drawn.identity_method = order.identity_method;
    return drawn;
}

class scripted_server final : public image_server {
public:
    scripted_server(server_address address, script& with)
        : address_(std::move(address)), script_(with) {}
    const server_address& address() const override { return address_; }
    server_capabilities probe(std::stop_token) override {
        const std::lock_guard lock(script_.mutex);
        if (!script_.probes.empty()) {
            const auto failure = script_.probes.front();
            script_.probes.pop_front();
            throw error(failure);
        }
        server_capabilities offers;
        offers.dialect = "comfyui";
        offers.checkpoints = {"only.safetensors"};
        offers.identity_methods = {"faceid", "seed"};
        return offers;
    }
    server_load load(std::stop_token) override { return {1, 3}; }
    std::optional<picture> run(const attempt_order& order, const progress_sink&,
                               std::stop_token stop) override {
        const int now = ++script_.inside;
        for (int most = script_.most_inside; most < now;)
            script_.most_inside.compare_exchange_weak(most, now);
        {
            const std::lock_guard lock(script_.mutex);
            script_.ran.push_back(order.attempt_id);
            script_.methods.push_back(order.identity_method);
        }
        const auto rows = script_.log->of(order.request.job_id, order.request.image_index);
        EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [&](const attempt& row) {
            return row.id == order.attempt_id && row.state == attempt_state::sent;
        })) << "sent before it was written down";
        const auto step = script_.next(script_.runs);
        const auto leave = std::shared_ptr<void>(nullptr, [this](void*) { --script_.inside; });
        return step ? step(order, stop) : drawn_by(order);
    }
    std::optional<picture> resume(const attempt_order& order, const progress_sink&,
                                  std::stop_token stop) override {
        {
            const std::lock_guard lock(script_.mutex);
            script_.resumed.push_back(order.attempt_id);
        }
        const auto step = script_.next(script_.resumes);
        if (!step) throw failure_of(failure_class::lost);
        return step(order, stop);
    }

private:
    server_address address_;
    script& script_;
};

}  // namespace medusa::testing_support
