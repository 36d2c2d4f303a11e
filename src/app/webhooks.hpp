// What webhooks need, over the stores of the composition root. Owned by parts.cpp; any thread.
#pragma once

#include <functional>
#include <memory>

#include "config/config.hpp"
#include "core/log.hpp"
#include "metrics/metrics.hpp"
#include "store/stores.hpp"
#include "webhook/desk.hpp"
#include "webhook/postman.hpp"

namespace medusa {

class opened_webhooks {
public:
    // All but `log` must outlive it.
    opened_webhooks(const config& settings, const stores& on, metrics& counted, log_sink log);

    webhook_desk& desk() { return desk_; }
    // Delivers until it is destroyed.
    std::unique_ptr<postman> deliver(std::function<void(const error&)> trouble);

private:
    const config& settings_;
    const stores& on_;
    metrics& counted_;
    webhook_rules rules_;
    webhook_sender sender_;
    webhook_desk desk_;
};

}  // namespace medusa
