#include "http/openapi.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/resources.hpp"
#include "core/version.hpp"
#include "http/handlers.hpp"
#include "http/represent.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

constexpr std::string_view folder = "http/openapi/";

json::object read(std::string_view name) {
    return json::parse(resource(name)).as_object();
}

void add(json::object& into, const json::object& rows) {
    for (const auto& row : rows)
        if (!into.emplace(row.key(), row.value()).second)
            throw error(errc::internal,
                        fmt::format("{} is in the document twice", std::string(row.key())));
}

json::object together(std::string_view below) {
    json::object all;
    for (const auto name : resource_names(fmt::format("{}{}", folder, below))) add(all, read(name));
    return all;
}

json::object paths() {
    const auto every_call = read("http/openapi/every_call.json");
    const auto guarded_call = read("http/openapi/guarded_call.json");
    auto all = together("paths/");
    for (auto& path : all)
        for (auto& operation : path.value().as_object()) {
            auto& told = operation.value().as_object();
            auto& answers = told.at("responses").as_object();
            // What an operation says itself of a status counts.
            answers.insert(every_call.begin(), every_call.end());
            if (told.at("x-scope").as_string() != "open")
                answers.insert(guarded_call.begin(), guarded_call.end());
        }
    return all;
}

}  // namespace

json::object composed_openapi() {
    auto document = read("http/openapi/document.json");
    document["info"].as_object()["version"] = version;
    document["paths"] = paths();
    auto& components = document["components"].as_object();
    components["parameters"] = read("http/openapi/components/parameters.json");
    components["headers"] = read("http/openapi/components/headers.json");
    components["responses"] = read("http/openapi/components/responses.json");
    components["schemas"] = together("components/schemas/");
    return document;
}

const fixed_text& openapi_text() {
    static const auto text = fixed_of(json::serialize(composed_openapi()));
    return text;
}

std::vector<int> statuses_of(const route& way) {
    std::vector<int> all{400, 408, 413, 429, 431, 500, 503};
    for (const int own : way.answers)
        if (own != 0) all.push_back(own);
    if (way.needs != guard::open) all.insert(all.end(), {401, 403, 504, 507});
    if (way.pattern.find('{') != std::string_view::npos) all.push_back(404);
    if (way.method == "POST" || way.method == "PATCH") all.push_back(415);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

answer get_openapi(const service&, const call&) {
    response reply{200, "application/json", openapi_text().plain};
    reply.fixed = &openapi_text();
    return reply;
}

}  // namespace medusa::http
