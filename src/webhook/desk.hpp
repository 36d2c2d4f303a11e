// What owners do with their webhooks, at every door. Made by app; any thread.
//
// Somebody else's is not there: error(not_found). Throws beside that what the ports throw.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "webhook/endpoint.hpp"
#include "webhook/sender.hpp"

namespace medusa {

struct webhook_desk_parts {
    webhook_endpoints& endpoints;
    webhook_outbox& outbox;
    webhook_sender& sender;
    webhook_rules rules;
    const clock& time;
    id_source& ids;
};

struct made_webhook {
    webhook_endpoint endpoint;
    bool replayed = false;  // it was made by an earlier call under the same key
};

class webhook_desk {
public:
    explicit webhook_desk(webhook_desk_parts with) : with_(with) {}

    // Throws as new_endpoint() does. Its secret is told now, and never again.
    webhook_endpoint create(const owner_info& owner, const std::string& url,
                            const std::vector<std::string>& events);
    // The same once for each key of the owner, however often it is called: for keys_kept after the
    // first call whoever lost its answer gets it again, the secret with it. Throws key_reused for
    // another address, other events, or an older key. Empty: no key.
    made_webhook create_once(const owner_info& owner, const std::string& url,
                             const std::vector<std::string>& events, const std::string& key);
    std::vector<webhook_endpoint> list(const owner_info& owner);
    webhook_endpoint find(const owner_info& owner, const std::string& id);
    void remove(const owner_info& owner, const std::string& id);
    // Newest first.
    std::vector<webhook_delivery> deliveries(const owner_info& owner, const std::string& id,
                                             std::size_t limit);
    // Switches it on again, and lets everything that was given up wait for its first try once more;
    // returns how many.
    std::size_t redeliver(const owner_info& owner, const std::string& id);
    // Sends it an event of the type webhook.test, once.
    webhook_answer test(const owner_info& owner, const std::string& id, std::stop_token stop);

private:
    webhook_desk_parts with_;
};

// As JSON shows them; a secret is never in it.
boost::json::object told(const webhook_endpoint& one);
boost::json::object told(const webhook_delivery& one);

}  // namespace medusa
