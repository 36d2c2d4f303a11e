// The postman: makes deliveries of what the stores remember of ended jobs, and sends them, until it
// is told to stop.
//
// One in each process that serves or works, made in app; any number of processes on one store. A
// delivery belongs to whoever moves its due time ahead before it is sent (claim_time); who dies
// with one leaves it to whoever looks after that. So every delivery is sent at least once, and
// twice only when somebody dies, or is stopped, in the middle.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "job/job_intake.hpp"
#include "net/retry.hpp"
#include "store/character_store.hpp"
#include "store/webhooks.hpp"
#include "webhook/sender.hpp"
#include "worker/waking_pause.hpp"

namespace medusa {

// All borrowed, and used from several threads.
struct postman_parts {
    webhook_endpoints& endpoints;
    webhook_outbox& outbox;
    job_intake& jobs;
    character_store& characters;
    webhook_sender& sender;
    const clock& time;
    timer& pauses;
    unit_random random;
    std::string base_url;  // before addresses in what is sent; may be empty
    // The store cannot be used; it is tried again. Told once for each outage; must not throw.
    std::function<void(const error&)> trouble{};
    // What came of each try that was sent: waiting is for the next one. Must be quick.
    std::function<void(delivery_state)> tried{};
};

class postman {
public:
    static constexpr int senders = 8;
    static constexpr int senders_per_endpoint = 2;
    // How long a delivery is its sender's: longer than a try may take.
    static constexpr std::chrono::milliseconds claim_time{60'000};
    static constexpr std::chrono::milliseconds look_pause{1'000};
    static constexpr std::chrono::hours kept{30 * 24};

    // Begins at once, on threads of its own; the destructor interrupts what is being sent, gives it
    // back, and waits for them.
    explicit postman(postman_parts with);
    ~postman();
    postman(const postman&) = delete;
    postman& operator=(const postman&) = delete;

private:
    struct claimed {
        webhook_endpoint to;
        webhook_delivery one;
    };

    void work(const std::stop_token& stop);
    std::optional<claimed> next(const std::stop_token& stop);
    std::optional<claimed> look();
    bool sort_out();
    std::optional<std::string> told(const job_end& end);
    std::optional<webhook_delivery> claim(webhook_delivery one);
    void deliver(const claimed& held, const std::stop_token& stop);
    void settle(const claimed& held, const webhook_outcome& outcome);
    void give_back(webhook_delivery one);
    bool has_succeeded_since(const webhook_delivery& dead);
    void forget_old();

    std::vector<std::string> busy_or_resting();
    void took(const std::string& endpoint_id);
    void left(const std::string& endpoint_id);
    void rest(const std::string& endpoint_id, std::chrono::milliseconds pause);
    void failed(const error& failure);

    const postman_parts with_;
    std::mutex turn_;                           // one thread at a time looks for what is next
    std::chrono::milliseconds next_forget_{0};  // guarded by turn_
    std::mutex mutex_;
    std::map<std::string, int> sending_;                      // by endpoint; guarded by mutex_
    std::map<std::string, std::chrono::milliseconds> rests_;  // until when; guarded by mutex_
    std::atomic<bool> is_out_ = false;                        // the store cannot be used
    waking_pause idle_;  // until there may be something to send
    std::stop_source stop_;
    std::vector<std::jthread> threads_;
};

}  // namespace medusa
