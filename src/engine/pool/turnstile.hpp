// The threads of the pool: pictures wait here for a place on a server, and servers are asked in the
// background how they are.
//
// Owned by the pool engine; any number of threads. Nothing is asked and no thread runs before the
// first picture or survey. The destructor ends its threads; nobody may wait here by then.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/pool/dispatcher.hpp"
#include "engine/pool/pool.hpp"

namespace medusa {

class turnstile {
public:
    turnstile(std::vector<pool_member> members, std::vector<dialect> dialects, timer& time,
              const unit_random& random);
    ~turnstile();

    // Waits until a server takes the picture (or, with terms.only, can be asked about it) and tells
    // meanwhile what is waited for. The place is held until leave(). Throws what makes it hopeless,
    // and error(cancelled).
    placement wait(const placement_wish& wish, const ticket_terms& terms,
                   const progress_sink& progress, std::stop_token stop);
    void adopt(std::size_t server);
    void drew(std::size_t server);
    void failed(std::size_t server, const error& failure);
    void told_nothing(std::size_t server);
    void leave(std::size_t server);

    // Of a server that was ready once; it stays until the end.
    image_server& server(std::size_t index);
    server_capabilities offers(std::size_t index);
    const pool_member& member(std::size_t index) const { return members_[index]; }
    std::size_t size() const { return members_.size(); }

    // Without asking anybody.
    std::vector<server_health> health();

    // Asks every server how it is, those at once that were not asked lately, and waits for the
    // answers but for `patience` at most.
    std::vector<server_status> survey(milliseconds patience, std::stop_token stop);

private:
    struct waiter {
        std::condition_variable_any woken;
        std::optional<verdict> decided;
        bool news = false;  // of servers: what it waits for may be another thing now
    };

    void start();
    void pace(std::stop_token stop);
    void probe_servers(std::stop_token stop);
    server_capabilities probe(std::size_t index, std::stop_token stop);
    void settle(bool news);
    void tell(void (pod::*event)(), std::size_t server);
    server_status status_of(std::size_t index) const;

    const std::vector<pool_member> members_;
    const std::vector<dialect> dialects_;
    timer& time_;
    std::mutex mutex_;
    dispatcher dispatcher_;                               // guarded by mutex_, as all below
    std::vector<std::unique_ptr<image_server>> servers_;  // set once each
    std::map<ticket_id, waiter*> waiters_;
    std::condition_variable_any probe_due_;
    std::condition_variable_any sooner_;  // the pacer has to wake up sooner than it meant to
    milliseconds paced_until_{0};
    bool pace_anew_ = false;
    std::condition_variable_any surveyed_;
    std::vector<std::jthread> threads_;
};

}  // namespace medusa
