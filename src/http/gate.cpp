#include "http/gate.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "http/access.hpp"
#include "http/problem.hpp"
#include "http/represent.hpp"
#include "http/routes.hpp"

namespace medusa::http {
namespace {

constexpr std::size_t askers_max = 20'000;
constexpr rate failures_allowed{.requests = 60, .window = std::chrono::seconds(60)};
constexpr std::size_t ipv6_network_bytes = 8;

// What other sites' pages may send, and may see of the answer.
constexpr auto cors_methods = "GET, HEAD, POST, PATCH, DELETE";
constexpr auto cors_request =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, "
    "X-Request-Id";
constexpr auto cors_answer =
    "Content-Disposition, ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, "
    "Retry-After, Similar-Characters, X-Request-Id";
constexpr auto cors_seconds = "600";

// An address; of IPv6 its network, since everybody has a network of those.
std::string network_of(const std::string& peer) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    if (::inet_pton(AF_INET6, peer.c_str(), bytes.data()) != 1) return "address " + peer;
    std::string network = "network ";
    for (std::size_t i = 0; i < ipv6_network_bytes; ++i) network += fmt::format("{:02x}", bytes[i]);
    return network;
}

std::string bucket_of(const std::string& token) {
    return "token " + sha256_hex(token);
}

// Whoever looks whether the service lives is always told.
bool is_watcher(const request& asked) {
    return asked.at.path.size() == 1 &&
           (asked.at.path[0] == "healthz" || asked.at.path[0] == "readyz");
}

response too_many(const request& asked, const standing& at, const char* detail,
                  const std::string& advice) {
    auto refused = problem({errc::quota, detail, advice}, path_of(asked.at), asked.id);
    refused.set("Retry-After", std::to_string(at.pause.count()));
    return refused;
}

void add(pair_list& headers, const char* policy, const rate& allowed, const standing& at) {
    headers.emplace_back("RateLimit-Policy", fmt::format(R"("{}";q={};w={})", policy,
                                                         allowed.requests, allowed.window.count()));
    headers.emplace_back("RateLimit",
                         fmt::format(R"("{}";r={};t={})", policy, at.left, at.full.count()));
}

}  // namespace

gate::gate(const service& with, std::function<moment()> now)
    : with_(with),
      now_(std::move(now)),
      requests_({.requests = with.settings.http.requests_a_minute}, askers_max),
      failures_(failures_allowed, askers_max),
      known_(with.changes) {}

std::string gate::asker(const request& asked) {
    const auto token = token_sent(asked);
    if (!token.empty())
        if (auto own = bucket_of(token); requests_.knows(own)) return own;
    return network_of(asked.peer);
}

bool gate::may_come_from(const request& asked) const {
    const auto origin = asked.header("origin");
    const auto& allowed = with_.settings.http.origins;
    return std::find(allowed.begin(), allowed.end(), origin) != allowed.end();
}

std::optional<response> gate::refusal(const request& asked, const std::string& who,
                                      pair_list& headers) {
    if (is_watcher(asked)) return std::nullopt;
    const rate allowed{.requests = with_.settings.http.requests_a_minute};
    // A token that was good lately is not shut out by others who fail at the same address.
    const auto network = network_of(asked.peer);
    if (!asked.header("authorization").empty() && who == network) {
        const auto at = failures_.look(network, now_());
        if (!at.allowed) {
            add(headers, "sign-in", failures_allowed, at);
            return too_many(asked, at, "too many sign-ins from this address failed",
                            "Wait, and look at the token: medusa token list");
        }
    }
    if (allowed.requests == 0) return std::nullopt;
    const auto at = requests_.take(who, now_());
    add(headers, "default", allowed, at);
    if (at.allowed) return std::nullopt;
    return too_many(
        asked, at, "more requests than are allowed",
        fmt::format("At most {} a minute are; MEDUSA_HTTP_RATE says how many", allowed.requests));
}

// Only who has been found out has a bucket of their own: an invented token is no way to a full one.
void gate::note(const request& asked, const std::string& who, int status) {
    if (asked.header("authorization").empty()) return;
    const auto network = network_of(asked.peer);
    const bool is_new = who == network;
    if (is_new && !asked.found.owner.empty()) requests_.take(bucket_of(token_sent(asked)), now_());
    if (status != 401) return;
    if (!is_new) requests_.forget(who);
    failures_.take(network, now_());
}

answer gate::admitted(const request& asked) {
    const auto asks_to = asked.header("access-control-request-method");
    if (asked.method == "OPTIONS" && may_come_from(asked) && !asks_to.empty() &&
        methods_of(asked.at).contains(std::string(asks_to)))
        return response{204,
                        {},
                        {},
                        {{"Access-Control-Allow-Methods", cors_methods},
                         {"Access-Control-Allow-Headers", cors_request},
                         {"Access-Control-Max-Age", cors_seconds}}};
    return dispatch(with_, asked);
}

pair_list gate::greeting(const request& asked) const {
    pair_list headers;
    if (!with_.settings.http.origins.empty()) headers.emplace_back("Vary", "Origin");
    // Never with Access-Control-Allow-Credentials: who asks says so by a token, not by a cookie.
    if (may_come_from(asked))
        headers.insert(headers.end(),
                       {{"Access-Control-Allow-Origin", std::string(asked.header("origin"))},
                        {"Access-Control-Expose-Headers", cors_answer}});
    if (with_.settings.http.public_url.starts_with("https://"))
        headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
    return headers;
}

std::optional<response> gate::at_once(const request& asked) {
    auto reply = known_.find(asked);
    if (!reply) return std::nullopt;
    auto headers = greeting(asked);
    const auto who = asker(asked);
    if (auto refused = refusal(asked, who, headers)) {
        represent(asked, *refused);
        reply = std::move(refused);
    }
    note(asked, who, reply->status);
    for (auto& [name, value] : headers) reply->set(name, std::move(value));
    return reply;
}

answer gate::pass(const request& asked) {
    auto headers = greeting(asked);
    const auto who = asker(asked);
    auto refused = refusal(asked, who, headers);
    const auto then = known_.before(asked);
    auto result = refused ? answer(std::move(*refused)) : admitted(asked);
    const auto* at_once = std::get_if<response>(&result);
    note(asked, who, at_once ? at_once->status : 0);

    // The session keeps the request until its answer is written.
    const auto finished = [&asked, headers](response reply) {
        represent(asked, reply);
        for (const auto& [name, value] : headers) reply.set(name, value);
        return reply;
    };
    if (auto* reply = std::get_if<response>(&result)) {
        represent(asked, *reply);
        known_.keep(then, asked, *reply);
        for (const auto& [name, value] : headers) reply->set(name, value);
        return result;
    }
    if (auto* wait = std::get_if<wait_for>(&result))
        wait->then = [finished, then = std::move(wait->then)](const std::optional<job>& newest) {
            return finished(then(newest));
        };
    if (auto* slow = std::get_if<slow_answer>(&result))
        slow->make = [finished, make = std::move(slow->make)] { return finished(make()); };
    if (auto* events = std::get_if<event_stream>(&result)) events->headers = std::move(headers);
    return result;
}

}  // namespace medusa::http
