// What an endpoint may be, and what is told to it. Pure, but for the randomness of a new one; any
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "store/webhooks.hpp"

namespace medusa {

inline constexpr std::size_t webhooks_per_user = 20;
inline constexpr std::size_t webhook_url_chars = 2'000;

// Where endpoints may lie: on the public internet, by https. With `inside_too` also in the
// operator's own network, also by http, for receivers beside the service and for tests.
struct webhook_rules {
    bool inside_too = false;
};

// Throws error(invalid_argument) for an address that nothing may be sent to: not https, with user
// or password, with a port below 1024 that is none of the scheme, or a number that is not public.
// A name may still lead inside: that is seen when it is connected to.
void check_webhook_url(const std::string& url, webhook_rules rules);

// "job.done", "job.failed", "job.cancelled", "job.dead": every event that there is.
std::vector<std::string> webhook_events();

// What the user wants, as a new endpoint with an id and a secret of its own. Throws
// error(invalid_argument), and conflict when `there` are as many as there may be.
webhook_endpoint new_endpoint(const owner_info& owner, const std::string& url,
                              const std::vector<std::string>& events, std::size_t there,
                              webhook_rules rules, const clock& time, id_source& ids);

// What is told of the end of a job: ids and addresses, no text of the user's. `character_id` where
// it is known; `base_url` stands before addresses, and may be empty.
std::string body_of_end(const job_end& end, const job& of, std::optional<std::int64_t> character_id,
                        const std::string& base_url);

// The deliveries of an end: one for each endpoint of its owner that is on, wants it, and was there
// before. Each has the same id whoever makes it. `body` is asked once, and only where somebody
// wants it; empty: there is nothing to tell.
std::vector<webhook_delivery> deliveries_of(const job_end& end,
                                            const std::vector<webhook_endpoint>& endpoints,
                                            const std::function<std::optional<std::string>()>& body,
                                            time_point now);

// A delivery that asks whether the endpoint works; it is in no store.
webhook_delivery test_delivery(const webhook_endpoint& to, const clock& time, id_source& ids);

}  // namespace medusa
