// The gate between the edge and the routes: what every request passes, whatever it asks for. Here
// it is seen how often somebody asks, and which other sites' pages may.
//
// One per service; any thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "http/rate_limit.hpp"
#include "http/service.hpp"

namespace medusa::http {

class gate {
public:
    using moment = rate_limit::moment;

    // `now` is for tests.
    explicit gate(const service& with,
                  std::function<moment()> now = std::chrono::steady_clock::now);

    // The answer to any request: throws nothing.
    answer pass(const request& asked);

private:
    answer admitted(const request& asked);
    // What refuses a request before anybody looks at it; empty: nothing does. `headers` are for
    // every answer to it.
    std::optional<response> refusal(const request& asked, pair_list& headers);
    void note(const request& asked, const answer& result);
    bool may_come_from(const request& asked) const;

    const service& with_;
    const std::function<moment()> now_;
    rate_limit requests_;
    rate_limit failures_;  // of signing in
};

}  // namespace medusa::http
