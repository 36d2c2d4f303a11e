#include "app/webhooks.hpp"

#include <utility>

#include "core/ids.hpp"

namespace medusa {

opened_webhooks::opened_webhooks(const config& settings, const stores& on, metrics& counted,
                                 log_sink log)
    : settings_(settings),
      on_(on),
      counted_(counted),
      rules_{settings.http.webhooks_anywhere},
      sender_(make_webhook_client(rules_, std::move(log)), system_clock(), rules_),
      desk_({*on.webhooks, *on.outbox, sender_, rules_, system_clock(), random_ids()}) {}

std::unique_ptr<postman> opened_webhooks::deliver(std::function<void(const error&)> trouble) {
    return std::make_unique<postman>(postman_parts{
        *on_.webhooks, *on_.outbox, *on_.intake, *on_.characters, sender_, system_clock(),
        system_timer(), system_random(), settings_.http.public_url, std::move(trouble),
        [this](delivery_state state) {
            counted_.tried_webhook(state == delivery_state::waiting ? "failed" : to_string(state));
        }});
}

}  // namespace medusa
