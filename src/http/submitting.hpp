// A job that a POST asks for: handed in under the request's Idempotency-Key, and waited for. Any
// thread.
#pragma once

#include <functional>

#include "http/service.hpp"

namespace medusa::http {

// Hands the jobs in; `replayed`: the same was asked for before under this key, and nothing is
// added. Throws what job_queue::submit() throws.
struct handed_in {
    submission accepted;
    bool replayed = false;
};
handed_in hand_in(const service& with, const call& of, const job_surroundings& around,
                  const std::vector<asked_job>& jobs);

// The same for one job, and the answer that waits for it: with what `made` makes of it once it is
// done, and with these headers, whatever the answer is.
answer submitted(const service& with, const call& of, const job_surroundings& around,
                 const job_request& wanted, std::function<response(const job& done)> made,
                 pair_list headers = {});

// Marks the answer to a request that was made before.
inline constexpr auto replayed_header = "Idempotency-Replayed";

}  // namespace medusa::http
