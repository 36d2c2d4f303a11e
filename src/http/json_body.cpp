#include "http/json_body.hpp"

#include <fmt/format.h>

#include <limits>

#include "core/text.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 32;  // promises.md P37

json::value parsed(const std::string& text) {
    if (collapse_spaces(text).empty()) return json::object();
    json::parse_options rules;
    rules.max_depth = depth_max;
    boost::system::error_code failed;
    auto document = json::parse(text, failed, {}, rules);
    if (failed)
        throw error(errc::invalid_argument,
                    fmt::format("the body is no JSON: {}", failed.message()),
                    "Send one JSON object in UTF-8");
    return document;
}

// RFC 6901, 3.
std::string escaped(std::string_view name) {
    std::string plain;
    for (const char c : name) plain += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return plain;
}

}  // namespace

json_body::json_body(const std::string& text) : json_body(parsed(text), {}) {}

json_body::json_body(const json::value& part, std::string above)
    : document_(part), above_(std::move(above)) {
    if (!document_.is_object())
        throw error(errc::invalid_argument, "the body is no JSON object", "Send one JSON object");
}

const json::value* json_body::taken(std::string_view name) {
    known_.emplace(name);
    const auto* found = document_.get_object().if_contains(name);
    return found && !found->is_null() ? found : nullptr;
}

bool json_body::has(std::string_view name) const {
    const auto* found = document_.get_object().if_contains(name);
    return found && !found->is_null();
}

void json_body::refuse(std::string_view name, const std::string& detail) {
    wrong_.push_back({fmt::format("{}/{}", above_, escaped(name)),
                      fmt::format("{} {}", printable(std::string(name)), detail)});
}

void json_body::read(std::string_view name, std::string& into) {
    const auto* found = taken(name);
    if (!found) return;
    if (!found->is_string()) return refuse(name, "must be a text");
    into = std::string(found->get_string());
}

void json_body::read(std::string_view name, int& into) {
    const auto* found = taken(name);
    if (!found) return;
    // 25.0 is whole as well: so JSON Schema has it, and languages that know one kind of number.
    boost::system::error_code failed;
    const auto number = found->to_number<std::int32_t>(failed);
    if (failed) return refuse(name, "must be a whole number");
    into = number;
}

void json_body::read(std::string_view name, double& into) {
    const auto* found = taken(name);
    if (!found) return;
    if (!found->is_number()) return refuse(name, "must be a number");
    into = found->to_number<double>();
}

void json_body::read(std::string_view name, std::optional<std::uint64_t>& into) {
    const auto* found = taken(name);
    if (!found) return;
    boost::system::error_code failed;
    const auto number = found->to_number<std::uint64_t>(failed);
    if (failed) return refuse(name, "must be a whole number from 0 on");
    into = number;
}

void json_body::read(std::string_view name, std::vector<std::string>& into) {
    const auto* found = array(name);
    if (!found) return;
    into.clear();
    for (const auto& one : *found) {
        if (!one.is_string()) return refuse(name, "must be a list of texts");
        into.emplace_back(one.get_string());
    }
}

const json::array* json_body::array(std::string_view name) {
    const auto* found = taken(name);
    if (!found) return nullptr;
    if (!found->is_array()) {
        refuse(name, "must be a list");
        return nullptr;
    }
    return &found->get_array();
}

void json_body::expect_whole() {
    const auto known = fmt::format("is not known here; known are: {}", fmt::join(known_, ", "));
    for (const auto& field : document_.get_object())
        if (!known_.contains(field.key()))
            refuse(field.key(), known_.empty() ? "is not known here" : known);
    if (!wrong_.empty()) throw bad_body(std::exchange(wrong_, {}));
}

}  // namespace medusa::http
