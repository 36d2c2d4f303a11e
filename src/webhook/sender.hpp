// Sends one delivery, signed, and says what came back. Made by app; any thread.
//
// What is sent to is checked when it is connected to; redirects are not followed, certificates are
// verified, and of the answer nothing is kept but its status.
#pragma once

#include <memory>
#include <stop_token>

#include "core/clock.hpp"
#include "core/log.hpp"
#include "net/http.hpp"
#include "store/webhooks.hpp"
#include "webhook/endpoint.hpp"
#include "webhook/outcome.hpp"

namespace medusa {

inline constexpr std::chrono::milliseconds webhook_deadline{20'000};

class webhook_sender {
public:
    // `client` is for webhooks alone, its connections guarded by the same `rules`.
    webhook_sender(std::unique_ptr<http_client> client, const clock& time, webhook_rules rules = {})
        : client_(std::move(client)), time_(time), rules_(rules) {}

    // One try, within webhook_deadline, and none where the rules of today forbid the address, which
    // may be older than they are. Throws error(cancelled) when `stop` is requested, and
    // error(corrupted) where the endpoint's secret is damaged; every other end is an answer.
    webhook_answer send(const webhook_endpoint& to, const webhook_delivery& one,
                        std::stop_token stop);

private:
    std::unique_ptr<http_client> client_;
    const clock& time_;
    const webhook_rules rules_;
};

// A client whose connections go where the rules let them, and whose calls are told to `log`.
std::unique_ptr<http_client> make_webhook_client(webhook_rules rules, log_sink log = {});

}  // namespace medusa
