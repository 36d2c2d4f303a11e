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

class webhook_desk {
public:
    explicit webhook_desk(webhook_desk_parts with) : with_(with) {}

    // Throws as new_endpoint() does. Its secret is told now, and never again.
    webhook_endpoint create(const owner_info& owner, const std::string& url,
                            const std::vector<std::string>& events);
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
