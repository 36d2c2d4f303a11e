#include "webhook/desk.hpp"

#include <fmt/format.h>

#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "job/queue.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr std::size_t dead_at_once = 1'000;

}  // namespace

webhook_endpoint webhook_desk::create(const owner_info& owner, const std::string& url,
                                      const std::vector<std::string>& events) {
    auto made =
        new_endpoint(owner, url, events, list(owner).size(), with_.rules, with_.time, with_.ids);
    with_.endpoints.add(made);
    return made;
}

made_webhook webhook_desk::create_once(const owner_info& owner, const std::string& url,
                                       const std::vector<std::string>& events,
                                       const std::string& key) {
    if (key.empty()) return {create(owner, url, events)};
    const auto id = derived_uuid(
        fmt::format("webhook of {} {} {}", owner.user_id.size(), owner.user_id, key), 0);
    auto there = with_.endpoints.find(id);
    auto made = new_endpoint(owner, url, events, there ? 0 : list(owner).size(), with_.rules,
                             with_.time, with_.ids);
    if (!there) {
        made.id = id;
        try {
            with_.endpoints.add(made);
            return {std::move(made)};
        } catch (const error& taken) {
            // By the same call at the same time.
            if (taken.code() != errc::conflict) throw;
            there = with_.endpoints.find(id);
            if (!there) throw;
        }
    }
    if (there->url != made.url || there->events != made.events ||
        there->created_at + keys_kept < made.created_at)
        throw key_reused();
    return {std::move(*there), true};
}

std::vector<webhook_endpoint> webhook_desk::list(const owner_info& owner) {
    return with_.endpoints.list(owner.user_id);
}

webhook_endpoint webhook_desk::find(const owner_info& owner, const std::string& id) {
    auto found = with_.endpoints.find(id);
    if (!found || found->owner.user_id != owner.user_id)
        throw error(errc::not_found, fmt::format("there is no webhook {}", printable(id)),
                    "medusa webhook list shows yours");
    return std::move(*found);
}

void webhook_desk::remove(const owner_info& owner, const std::string& id) {
    with_.endpoints.remove(find(owner, id).id);
}

std::vector<webhook_delivery> webhook_desk::deliveries(const owner_info& owner,
                                                       const std::string& id, std::size_t limit) {
    return with_.outbox.list(find(owner, id).id, std::nullopt, limit);
}

std::size_t webhook_desk::redeliver(const owner_info& owner, const std::string& id) {
    const auto to = find(owner, id);
    with_.endpoints.disable(to.id, {});
    // Each once: what is given up meanwhile, or once more, is left for the next time.
    std::set<std::string> sent;
    bool more = true;
    while (more) {
        more = false;
        for (auto one : with_.outbox.list(to.id, delivery_state::dead, dead_at_once)) {
            if (sent.contains(one.id)) continue;
            const auto revision = one.revision++;
            one.state = delivery_state::waiting;
            one.attempts = 0;
            one.due_at = one.updated_at = with_.time.now();
            if (with_.outbox.swap(one, revision)) more = sent.insert(one.id).second;
        }
    }
    return sent.size();
}

webhook_answer webhook_desk::test(const owner_info& owner, const std::string& id,
                                  std::stop_token stop) {
    const auto to = find(owner, id);
    return with_.sender.send(to, test_delivery(to, with_.time, with_.ids), std::move(stop));
}

json::object told(const webhook_endpoint& one) {
    json::array events;
    for (const auto& event : one.events.empty() ? webhook_events() : one.events)
        events.emplace_back(event);
    json::object document{{"id", one.id},
                          {"url", one.url},
                          {"events", std::move(events)},
                          {"enabled", one.disabled_reason.empty()},
                          {"createdAt", to_rfc3339(one.created_at)}};
    if (!one.disabled_reason.empty()) document["disabledReason"] = one.disabled_reason;
    return document;
}

json::object told(const webhook_delivery& one) {
    json::object document{{"id", one.id},
                          {"event", one.event},
                          {"state", to_string(one.state)},
                          {"attempts", one.attempts},
                          {"createdAt", to_rfc3339(one.created_at)},
                          {"updatedAt", to_rfc3339(one.updated_at)}};
    if (one.state == delivery_state::waiting) document["dueAt"] = to_rfc3339(one.due_at);
    if (one.status != 0) document["status"] = one.status;
    if (!one.reason.empty()) document["reason"] = one.reason;
    return document;
}

}  // namespace medusa
