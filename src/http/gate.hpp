// The gate between the edge and the routes: what every request passes, whatever it asks for. Here
// it is seen how often somebody asks, and which other sites' pages may.
//
// One per service; any thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "http/known_answers.hpp"
#include "http/rate_limit.hpp"
#include "http/service.hpp"

namespace medusa::http {

class gate {
public:
    using moment = rate_limit::moment;

    // `now` is for tests.
    explicit gate(const service& with,
                  std::function<moment()> now = std::chrono::steady_clock::now);

    // The answer to any request. What handlers throw is one too; it throws itself only what nobody
    // expects, as where there is no memory for the answer.
    answer pass(const request& asked);
    // The same where it is known without looking; quick enough for the I/O thread.
    std::optional<response> at_once(const request& asked);

private:
    // What every answer to it says.
    pair_list greeting(const request& asked) const;
    answer admitted(const request& asked);
    // What refuses a request before anybody looks at it; empty: nothing does. `headers` are for
    // every answer to it.
    std::optional<response> refusal(const request& asked, const std::string& who,
                                    pair_list& headers);
    // The name of the bucket: a token that was good lately has one of its own.
    std::string asker(const request& asked);
    void note(const request& asked, const std::string& who, int status);
    bool may_come_from(const request& asked) const;

    const service& with_;
    const std::function<moment()> now_;
    rate_limit requests_;
    rate_limit failures_;  // of signing in
    known_answers known_;
};

}  // namespace medusa::http
