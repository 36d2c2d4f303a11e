// The webhook ports: who wants to be told when a job ends, and what is still to be told to whom.
//
// The end of a job is remembered together with the change that ends it (job_leases::swap), in the
// same row or document, where its owner has an endpoint: so none is lost by a crash. A deliverer
// turns ends into deliveries, one for each endpoint that wants it, and sends those. Two of the
// ports of a store adapter; any thread, any process. What is damaged is left out of lists and of
// due(). Errors of every function: error(storage), corrupted of what an id names, unavailable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "domain/job.hpp"

namespace medusa {

struct webhook_endpoint {
    std::string id;  // UUID
    owner_info owner;
    std::string url;
    std::vector<std::string> events;  // that it wants, as "job.done"; empty: all
    std::string secret;               // "whsec_" and base64; kept as it is, since it signs
    time_point created_at{};
    std::string disabled_reason;  // in plain words; empty: it is on
    friend bool operator==(const webhook_endpoint&, const webhook_endpoint&) = default;
};

class webhook_endpoints {
public:
    virtual ~webhook_endpoints() = default;
    // Durable when it returns. error(conflict) for an id that is there already.
    virtual void add(const webhook_endpoint& made) = 0;
    virtual std::optional<webhook_endpoint> find(const std::string& id) = 0;
    // Of one user, or of everybody; oldest first.
    virtual std::vector<webhook_endpoint> list(const std::optional<std::string>& user_id) = 0;
    // Switches it off, or with an empty reason on again; false when there is none.
    virtual bool disable(const std::string& id, const std::string& reason) = 0;
    // With its deliveries. False when there was none.
    virtual bool remove(const std::string& id) = 0;
};

// That a job ended, told to nobody yet.
struct job_end {
    std::string job_id;
    std::string user_id;
    job_state state = job_state::done;
    std::int64_t revision = 0;  // of the job at its end: a job that is retried ends again
    time_point at{};
    friend bool operator==(const job_end&, const job_end&) = default;
};

enum class delivery_state {
    waiting,    // for its first try, or the next one
    delivered,  // a 2xx came back
    dead,       // given up; kept to be sent again by its owner
};

std::string_view to_string(delivery_state state);
std::optional<delivery_state> delivery_state_from(std::string_view word);

struct webhook_delivery {
    std::string id;  // UUID: what receivers tell repetitions by
    std::string endpoint_id;
    std::string event;  // "job.done"
    std::string body;   // sent as it is, in every try
    delivery_state state = delivery_state::waiting;
    int attempts = 0;
    time_point due_at{};
    time_point created_at{};
    time_point updated_at{};
    int status = 0;      // of the last answer; 0: none came
    std::string reason;  // of the last failure
    std::int64_t revision = 0;
    friend bool operator==(const webhook_delivery&, const webhook_delivery&) = default;
};

class webhook_outbox {
public:
    virtual ~webhook_outbox() = default;
    // Ends that nobody was told of, in the order of their jobs.
    virtual std::vector<job_end> untold(std::size_t limit) = 0;
    // Stores those of the deliveries that are not there yet, and then takes the ends out of
    // untold(). Durable when it returns, with the ends of the jobs themselves, so that nothing is
    // told that a power failure undoes. Deliveries of endpoints that are gone may be left out.
    virtual void tell(std::span<const job_end> ends,
                      std::span<const webhook_delivery> deliveries) = 0;
    // The waiting delivery that has been due for longest, of any endpoint but these.
    virtual std::optional<webhook_delivery> due(time_point now,
                                                const std::vector<std::string>& but) = 0;
    // Stores `changed` in place of the delivery of that id if that has `expected` as its revision;
    // false, and nothing is changed, otherwise.
    virtual bool swap(const webhook_delivery& changed, std::int64_t expected) = 0;
    // Newest first.
    virtual std::vector<webhook_delivery> list(const std::string& endpoint_id,
                                               std::optional<delivery_state> state,
                                               std::size_t limit) = 0;
    // Removes those that do not wait and were changed last before then; returns how many.
    virtual std::size_t forget(time_point before) = 0;
};

}  // namespace medusa
