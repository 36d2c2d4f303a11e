#include "webhook/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "core/error.hpp"
#include "core/text.hpp"
#include "net/public_address.hpp"
#include "net/url.hpp"
#include "webhook/signature.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

// Below it are the ports of mail, shells and the like, which a request could be made to talk to.
constexpr int free_ports = 1'024;

constexpr job_state ends[] = {job_state::done, job_state::failed, job_state::cancelled,
                              job_state::dead};

std::string event_of(job_state state) {
    return fmt::format("job.{}", to_string(state));
}

[[noreturn]] void refuse(const std::string& problem, const std::string& advice) {
    throw error(errc::invalid_argument, problem, advice);
}

json::value message(const std::string& type, time_point at, json::object data) {
    return json::object{{"type", type}, {"timestamp", to_rfc3339(at)}, {"data", std::move(data)}};
}

}  // namespace

void check_webhook_url(const std::string& url, webhook_rules rules) {
    const bool plain =
        std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (!plain || url.size() > webhook_url_chars)
        refuse("the address of a webhook is too long, or holds what no address may",
               fmt::format("It has at most {} printable ASCII characters", webhook_url_chars));
    const auto parts = parse_url(url);
    if (parts.scheme != "https" && !(rules.inside_too && parts.scheme == "http"))
        refuse("a webhook needs an https address", "Give one like https://example.com/hook");
    if (!parts.user.empty() || !parts.password.empty())
        refuse("the address of a webhook holds a user or a password",
               "Leave it out: each delivery is signed");
    const int own_port = parts.scheme == "https" ? 443 : 80;
    if (parts.port != own_port && parts.port < free_ports)
        refuse(fmt::format("port {} is none for webhooks", parts.port),
               fmt::format("Use {}, or one from {} on", own_port, free_ports));
    if (!rules.inside_too && !may_be_public(parts.host))
        refuse("the address of a webhook is not public",
               "Use an address that can be reached from everywhere");
}

std::vector<std::string> webhook_events() {
    std::vector<std::string> names;
    for (const auto state : ends) names.push_back(event_of(state));
    return names;
}

webhook_endpoint new_endpoint(const owner_info& owner, const std::string& url,
                              const std::vector<std::string>& events, std::size_t there,
                              webhook_rules rules, const clock& time, id_source& ids) {
    check_webhook_url(url, rules);
    const auto known = webhook_events();
    webhook_endpoint made;
    for (const auto& event : known)
        if (std::find(events.begin(), events.end(), event) != events.end())
            made.events.push_back(event);
    for (const auto& event : events)
        if (std::find(known.begin(), known.end(), event) == known.end())
            refuse(fmt::format("there is no event \"{}\"", printable(event)),
                   fmt::format("There are {}", fmt::join(known, ", ")));
    if (there >= webhooks_per_user)
        throw error(errc::conflict, fmt::format("there are {} webhooks already", there),
                    "Remove one: medusa webhook remove ID");
    made.id = ids.uuid();
    made.owner = owner;
    made.url = url;
    made.secret = new_webhook_secret();
    made.created_at = time.now();
    return made;
}

std::string body_of_end(const job_end& end, const job& of, std::optional<std::int64_t> character_id,
                        const std::string& base_url) {
    json::object data{
        {"jobId", end.job_id},
        {"batch", of.submission_id},
        {"kind", std::holds_alternative<character_request>(of.request) ? "character" : "image"},
        {"state", to_string(end.state)},
        {"job", fmt::format("{}/api/jobs/{}", base_url, end.job_id)},
    };
    if (character_id) {
        data["characterId"] = *character_id;
        data["character"] = fmt::format("{}/api/characters/{}", base_url, *character_id);
    }
    const bool failed = end.state == job_state::failed || end.state == job_state::dead;
    if (failed && !of.failures.empty()) data["code"] = of.failures.back().code;
    return json::serialize(message(event_of(end.state), end.at, std::move(data)));
}

std::vector<webhook_delivery> deliveries_of(const job_end& end,
                                            const std::vector<webhook_endpoint>& endpoints,
                                            const std::function<std::optional<std::string>()>& body,
                                            time_point now) {
    std::vector<webhook_delivery> made;
    const auto event = event_of(end.state);
    for (const auto& to : endpoints) {
        const bool wanted = to.events.empty() ||
                            std::find(to.events.begin(), to.events.end(), event) != to.events.end();
        if (to.owner.user_id != end.user_id || !to.disabled_reason.empty() || !wanted ||
            to.created_at > end.at)
            continue;
        webhook_delivery one;
        one.id = derived_uuid(end.job_id + "/" + to.id, int(end.revision));
        one.endpoint_id = to.id;
        one.event = event;
        one.due_at = one.created_at = one.updated_at = now;
        made.push_back(std::move(one));
    }
    if (made.empty()) return made;
    const auto text = body();
    if (!text) return {};
    for (auto& one : made) one.body = *text;
    return made;
}

webhook_delivery test_delivery(const webhook_endpoint& to, const clock& time, id_source& ids) {
    webhook_delivery one;
    one.id = ids.uuid();
    one.endpoint_id = to.id;
    one.event = "webhook.test";
    one.created_at = one.updated_at = one.due_at = time.now();
    one.body = json::serialize(message(one.event, one.created_at, {{"webhookId", to.id}}));
    return one;
}

}  // namespace medusa
