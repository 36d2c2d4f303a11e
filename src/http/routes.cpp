#include "http/routes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "http/access.hpp"
#include "http/handlers.hpp"
#include "http/problem.hpp"

namespace medusa::http {
namespace {

constexpr std::size_t json_bytes_max = std::size_t{1} << 20;
constexpr bool lasts = true;

constexpr route table[] = {
    {"POST",
     "/api/characters",
     guard::write,
     create_character,
     {201, 202, 404, 409, 422},
     json_bytes_max},
    {"POST", "/api/characters/batch", guard::write, create_characters, {202, 422}, json_bytes_max},
    {"GET", "/api/characters", guard::read, list_characters, {200, 304}, 0, lasts},
    {"GET", "/api/characters/{id}", guard::read, get_character, {200, 304}, 0, lasts},
    {"PATCH",
     "/api/characters/{id}",
     guard::write,
     change_character,
     {200, 409, 412, 422},
     json_bytes_max},
    {"DELETE", "/api/characters/{id}", guard::write, remove_character, {204}},
    // No `lasts`: the index may be behind the store, and what was not found a moment ago may be
    // now.
    {"GET", "/api/search", guard::read, search_characters, {200, 304}},
    {"GET", "/api/characters/{id}/similar", guard::read, similar_characters, {200, 304}},
    {"GET", "/api/characters/{id}/images", guard::read, list_images, {200, 304}, 0, lasts},
    {"POST",
     "/api/characters/{id}/generate-image",
     guard::write,
     generate_image,
     {201, 202, 409, 422},
     json_bytes_max},
    {"GET", "/api/jobs", guard::read, list_jobs, {200, 304}},
    {"GET", "/api/jobs/{id}", guard::read, get_job, {200, 304}},
    {"GET", "/api/jobs/{id}/events", guard::read, job_events, {200}},
    {"POST", "/api/jobs/{id}/cancel", guard::write, cancel_job, {200, 409}, json_bytes_max},
    {"POST", "/api/jobs/{id}/retry", guard::write, retry_job, {200, 409}, json_bytes_max},
    {"POST", "/api/webhooks", guard::admin, create_webhook, {201, 409, 422}, json_bytes_max},
    {"GET", "/api/webhooks", guard::admin, list_webhooks, {200, 304}},
    {"GET", "/api/webhooks/{id}", guard::admin, get_webhook, {200, 304}},
    {"DELETE", "/api/webhooks/{id}", guard::admin, remove_webhook, {204}},
    {"GET", "/api/webhooks/{id}/deliveries", guard::admin, list_deliveries, {200, 304}},
    {"POST",
     "/api/webhooks/{id}/redeliver",
     guard::admin,
     redeliver_webhook,
     {200},
     json_bytes_max},
    {"GET", "/assets/{path...}", guard::read, get_asset, {200, 206, 304, 307, 416}},
    {"GET", "/healthz", guard::open, healthz, {200, 304}},
    {"GET", "/readyz", guard::open, readyz, {200, 304, 503}},
    {"GET", "/metrics", guard::admin, tell_metrics, {200, 304}},
    {"GET", "/openapi.json", guard::open, get_openapi, {200, 304}},
    {"GET", "/docs", guard::open, get_docs, {200, 304}},
    {"GET", "/docs/{file}", guard::open, get_docs_file, {200, 304}},
};

// Whether the path is one of the pattern. `held` is told what stands in place of its {...}.
template <class Held>
bool matches(std::string_view pattern, const std::vector<std::string>& path, Held held) {
    std::size_t at = 0;
    while (!pattern.empty()) {
        pattern.remove_prefix(1);
        const auto part = pattern.substr(0, pattern.find('/'));
        if (at >= path.size()) return false;
        if (part.ends_with("...}")) {
            for (; at < path.size(); ++at) held(path[at]);
            return true;
        }
        if (part.starts_with('{'))
            held(path[at]);
        else if (part != path[at])
            return false;
        ++at;
        pattern.remove_prefix(part.size());
    }
    return at == path.size();
}

bool is_spelled_out(const route& one) {
    return one.pattern.find('{') == std::string_view::npos;
}

bool is_of(const route& one, const std::vector<std::string>& path) {
    return matches(one.pattern, path, [](const std::string&) {});
}

struct chosen {
    const route* way = nullptr;
    std::vector<std::string> names;
    std::set<std::string> methods;  // that the path has
};

chosen choose(std::string_view method, const std::vector<std::string>& path) {
    chosen found;
    const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
    // A path that a route spells out is no id of another route.
    const auto spells = [&](const route& one) { return is_spelled_out(one) && is_of(one, path); };
    const bool spelled = std::any_of(std::begin(table), std::end(table), spells);
    for (const auto& one : table) {
        if (!is_of(one, path) || (spelled && !is_spelled_out(one))) continue;
        found.methods.emplace(one.method);
        if (one.method == "GET") found.methods.emplace("HEAD");
        if (one.method != wanted) continue;
        found.way = &one;
        matches(one.pattern, path, [&](const std::string& name) { found.names.push_back(name); });
    }
    return found;
}

bool may(const identity& who, guard needs) {
    switch (needs) {
        case guard::open:
        case guard::read:
            return true;
        case guard::write:
            return who.scope != access_scope::read;
        case guard::admin:
            return who.scope == access_scope::admin;
    }
    return false;
}

// A page of another site cannot send JSON without being asked first, as it can send forms; and it
// has no token.
void expect_json(const request& asked) {
    if (asked.body.empty() && !asked.header("authorization").empty()) return;
    const auto type = collapse_spaces(split(asked.header("content-type"), ';').front());
    if (lower_ascii(type) == "application/json") return;
    throw error(errc::invalid_argument, "the body must be JSON",
                "Send Content-Type: application/json");
}

response fail(const request& asked, const error& failure, int status = 0) {
    return problem(failure, path_of(asked.at), asked.id, status);
}

// What the work gives, or the problem that it throws.
template <class work>
auto or_problem(const request& asked, const work& run) -> decltype(run()) {
    try {
        return run();
    } catch (const forbidden& failure) {
        return fail(asked, failure, 403);
    } catch (const key_reused& failure) {
        return fail(asked, failure, 422);
    } catch (const error& failure) {
        return fail(asked, failure);
    } catch (const std::exception& bug) {
        asked.found.trouble = bug.what();
        return fail(asked, {errc::internal, bug.what()});
    }
}

answer answered(const service& with, const request& asked) {
    auto found = choose(asked.method, asked.at.path);
    if (!found.way && found.methods.empty())
        return fail(asked, {errc::not_found, "there is nothing here", "See /docs"});
    if (!found.way) {
        const auto known = fmt::format("{}", fmt::join(found.methods, ", "));
        auto refused = fail(asked,
                            {errc::invalid_argument, "the method is not known here",
                             fmt::format("There are {}", known)},
                            405);
        refused.headers.emplace_back("Allow", known);
        return refused;
    }
    asked.found.route = found.way->pattern;
    asked.found.lasts = found.way->lasts;
    identity who;
    if (found.way->needs != guard::open) {
        who = who_asks(with, asked);
        asked.found.owner = who.owner.user_id;
        if (!may(who, found.way->needs))
            throw forbidden("the token's scope does not allow that",
                            "Make one with more scope: medusa token create --scope write");
    }
    if (asked.method == "POST" || asked.method == "PATCH") {
        try {
            expect_json(asked);
        } catch (const error& other_type) {
            return fail(asked, other_type, 415);
        }
    }
    if (asked.method == "POST")
        expect_idempotency_key(std::string(asked.header("idempotency-key")));
    return found.way->run(with, {asked, who, std::move(found.names)});
}

}  // namespace

std::span<const route> routes() {
    return table;
}

answer dispatch(const service& with, const request& asked) {
    auto result = or_problem(asked, [&] { return answered(with, asked); });
    if (auto* slow = std::get_if<slow_answer>(&result))
        // The session keeps the request until its answer is written.
        slow->make = [&asked, make = std::move(slow->make)] { return or_problem(asked, make); };
    return result;
}

std::set<std::string> methods_of(const target& at) {
    return choose({}, at.path).methods;
}

std::size_t body_bytes_max(std::string_view method, std::string_view text) {
    const auto found = choose(method, parse_target(text).path);
    // Where there is no route, that is what is to be told.
    return found.way ? found.way->body_bytes_max : json_bytes_max;
}

}  // namespace medusa::http
