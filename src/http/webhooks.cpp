#include <fmt/format.h>

#include <boost/json.hpp>

#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/pages.hpp"
#include "http/submitting.hpp"
#include "webhook/desk.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

template <class Rows>
response listed_all(const Rows& found) {
    json::array rows;
    for (const auto& one : found) rows.push_back(told(one));
    return listed(std::move(rows), std::nullopt);
}

}  // namespace

answer create_webhook(const service& with, const call& of) {
    json_body body(of.asked.body);
    std::string url;
    std::vector<std::string> events;
    body.read("url", url);
    body.read("events", events);
    if (!body.has("url")) body.refuse("url", "url is missing");
    body.expect_whole();
    const auto key = std::string(of.asked.header("idempotency-key"));
    const auto [made, replayed] = with.webhooks.create_once(of.who.owner, url, events, key);
    auto document = told(made);
    document["secret"] = made.secret;
    auto reply = json_response(document, 201);
    reply.headers = {{"Location", fmt::format("/api/webhooks/{}", made.id)},
                     {"Cache-Control", "no-store"}};
    if (replayed) reply.headers.emplace_back(replayed_header, "true");
    return reply;
}

answer list_webhooks(const service& with, const call& of) {
    return listed_all(with.webhooks.list(of.who.owner));
}

answer get_webhook(const service& with, const call& of) {
    return json_response(told(with.webhooks.find(of.who.owner, of.names.at(0))));
}

answer remove_webhook(const service& with, const call& of) {
    with.webhooks.remove(of.who.owner, of.names.at(0));
    return response{204, {}, {}};
}

answer list_deliveries(const service& with, const call& of) {
    const auto wanted = page_of(of.asked);
    return listed_all(with.webhooks.deliveries(of.who.owner, of.names.at(0), wanted.limit));
}

answer redeliver_webhook(const service& with, const call& of) {
    const auto to = with.webhooks.find(of.who.owner, of.names.at(0));
    json_body(of.asked.body).expect_whole();
    const auto again = with.webhooks.redeliver(of.who.owner, to.id);
    return json_response(json::object{{"redelivered", again}});
}

}  // namespace medusa::http
