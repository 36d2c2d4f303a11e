// The outbox of a store, with a test that watches its calls and may come in between. Test code; any
// thread.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "store/webhooks.hpp"

namespace medusa::testing_support {

class watched_outbox final : public webhook_outbox {
public:
    explicit watched_outbox(webhook_outbox& inner) : inner_(inner) {}

    // Asked after each swap() that was one; set before there are threads.
    std::function<void(const webhook_delivery& changed)> after_swap;

    // The names of the calls so far, in order.
    std::vector<std::string> calls() const {
        const std::scoped_lock lock(mutex_);
        return calls_;
    }

    std::vector<job_end> untold(std::size_t limit) override {
        note("untold");
        return inner_.untold(limit);
    }
    void tell(std::span<const job_end> ends,
              std::span<const webhook_delivery> deliveries) override {
        note("tell");
        inner_.tell(ends, deliveries);
    }
    std::optional<webhook_delivery> due(time_point now,
                                        const std::vector<std::string>& but) override {
        note("due");
        return inner_.due(now, but);
    }
    bool swap(const webhook_delivery& changed, std::int64_t expected) override {
        const bool swapped = inner_.swap(changed, expected);
        note("swap");
        if (swapped && after_swap) after_swap(changed);
        return swapped;
    }
    std::vector<webhook_delivery> list(const std::string& endpoint_id,
                                       std::optional<delivery_state> state,
                                       std::size_t limit) override {
        note("list");
        return inner_.list(endpoint_id, state, limit);
    }
    std::size_t forget(time_point before) override {
        note("forget");
        return inner_.forget(before);
    }

private:
    void note(const char* name) {
        const std::scoped_lock lock(mutex_);
        calls_.emplace_back(name);
    }

    webhook_outbox& inner_;
    mutable std::mutex mutex_;
    std::vector<std::string> calls_;
};

}  // namespace medusa::testing_support
