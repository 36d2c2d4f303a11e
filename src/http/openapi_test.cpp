// The document and the table of routes say the same, both ways.
#include "http/openapi.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/limits.hpp"
#include "domain/style.hpp"
#include "http/character_body.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

const json::object& document() {
    static const auto composed = composed_openapi();
    return composed;
}

std::string word_for(guard needs) {
    switch (needs) {
        case guard::open:
            return "open";
        case guard::read:
            return "read";
        case guard::write:
            return "write";
        case guard::admin:
            return "admin";
    }
    return {};
}

std::string lower_case(std::string_view method) {
    std::string word(method);
    for (char& c : word) c = char(c - 'A' + 'a');
    return word;
}

// "get /assets/{path}": the dots are ours, and mean that its slashes stay slashes.
std::string name_of(const route& way) {
    std::string pattern(way.pattern);
    if (const auto dots = pattern.find("...}"); dots != std::string::npos) pattern.erase(dots, 3);
    return fmt::format("{} {}", lower_case(way.method), pattern);
}

std::map<std::string, const json::object*> operations() {
    std::map<std::string, const json::object*> found;
    for (const auto& path : document().at("paths").as_object())
        for (const auto& operation : path.value().as_object())
            found[fmt::format("{} {}", std::string(operation.key()), std::string(path.key()))] =
                &operation.value().as_object();
    return found;
}

const json::object& schema(std::string_view name) {
    return document().at("components").at("schemas").at(name).as_object();
}

// What "#/components/..." leads to; null: nowhere.
const json::value* led_to(std::string_view reference) {
    constexpr std::string_view start = "#/components";
    if (!reference.starts_with(start)) return nullptr;
    boost::system::error_code failed;
    return document().at("components").find_pointer(reference.substr(start.size()), failed);
}

template <class Visit>
void each_reference(const json::value& part, const Visit& visit) {
    if (const auto* list = part.if_array())
        for (const auto& one : *list) each_reference(one, visit);
    if (const auto* object = part.if_object())
        for (const auto& row : *object) {
            if (row.key() == "$ref") visit(std::string(row.value().as_string()));
            each_reference(row.value(), visit);
        }
}

TEST(http_openapi, has_every_route_and_no_other) {
    std::set<std::string> routed;
    for (const auto& way : routes()) routed.insert(name_of(way));
    std::set<std::string> told;
    for (const auto& [name, operation] : operations()) told.insert(name);
    EXPECT_EQ(routed, told);
}

TEST(http_openapi, tells_scope_body_and_every_status_of_each_route) {
    const auto told = operations();
    for (const auto& way : routes()) {
        const auto found = told.find(name_of(way));
        if (found == told.end()) continue;  // the other test says so
        const auto& operation = *found->second;
        EXPECT_EQ(operation.at("x-scope"), json::value(word_for(way.needs))) << name_of(way);
        EXPECT_EQ(operation.contains("security"), way.needs == guard::open) << name_of(way);
        const auto* bytes = operation.if_contains("x-body-bytes-max");
        EXPECT_EQ(bytes ? bytes->to_number<std::size_t>() : 0, way.body_bytes_max) << name_of(way);
        EXPECT_EQ(operation.contains("requestBody"), way.body_bytes_max > 0) << name_of(way);
        std::vector<int> statuses;
        for (const auto& row : operation.at("responses").as_object())
            statuses.push_back(std::stoi(std::string(row.key())));
        std::sort(statuses.begin(), statuses.end());
        EXPECT_EQ(statuses, statuses_of(way)) << name_of(way);
    }
}

bool is_named(const json::array& references, std::string_view wanted) {
    return std::any_of(references.begin(), references.end(), [&](const json::value& one) {
        const auto* reference = one.as_object().if_contains("$ref");
        return reference && reference->as_string() == wanted;
    });
}

TEST(http_openapi, whoever_has_an_answer_already_may_say_so_at_every_get) {
    for (const auto& [name, operation] : operations()) {
        if (!name.starts_with("get ")) continue;
        const auto& answers = operation->at("responses").as_object();
        const auto& content = answers.at("200").at("content").as_object();
        if (content.contains("text/event-stream")) continue;
        EXPECT_TRUE(answers.contains("304")) << name;
        EXPECT_TRUE(answers.at("200").at("headers").as_object().contains("ETag")) << name;
        const auto* parameters = operation->if_contains("parameters");
        EXPECT_TRUE(parameters &&
                    is_named(parameters->as_array(), "#/components/parameters/IfNoneMatch"))
            << name;
    }
}

TEST(http_openapi, tells_every_way_to_sign_in) {
    const auto& schemes = document().at("components").at("securitySchemes").as_object();
    std::set<std::string> told;
    for (const auto& one : schemes) {
        told.emplace(one.key());
        EXPECT_EQ(one.value().at("type"), "http");
        EXPECT_EQ(one.value().at("scheme"), "bearer");
    }
    EXPECT_EQ(told, (std::set<std::string>{"token", "signIn"}));
    EXPECT_EQ(schemes.at("signIn").at("bearerFormat"), "JWT");
    std::set<std::string> asked;
    for (const auto& either : document().at("security").as_array())
        for (const auto& one : either.as_object()) asked.emplace(one.key());
    EXPECT_EQ(asked, told) << "each alone is enough";
}

TEST(http_openapi, names_each_operation_and_each_name_in_a_path) {
    std::set<std::string> ids;
    for (const auto& [name, operation] : operations()) {
        EXPECT_TRUE(ids.insert(std::string(operation->at("operationId").as_string())).second);
        EXPECT_FALSE(operation->at("summary").as_string().empty()) << name;
        std::set<std::string> in_path;
        if (const auto* parameters = operation->if_contains("parameters"))
            for (const auto& one : parameters->as_array()) {
                const auto* reference = one.as_object().if_contains("$ref");
                const auto* whole = reference ? led_to(reference->as_string()) : &one;
                ASSERT_TRUE(whole) << name;
                if (whole->at("in").as_string() == "path")
                    in_path.insert(fmt::format("{{{}}}", whole->at("name").as_string().c_str()));
            }
        std::set<std::string> in_name;
        for (auto open = name.find('{'); open != std::string::npos; open = name.find('{', open + 1))
            in_name.insert(name.substr(open, name.find('}', open) - open + 1));
        EXPECT_EQ(in_path, in_name) << name;
    }
}

TEST(http_openapi, no_reference_leads_nowhere_and_no_component_is_left_over) {
    std::set<std::string> used;
    each_reference(document(), [&](const std::string& reference) {
        EXPECT_TRUE(led_to(reference)) << reference;
        used.insert(reference);
    });
    for (const auto& kind : document().at("components").as_object()) {
        if (kind.key() == "securitySchemes") continue;
        for (const auto& one : kind.value().as_object()) {
            const auto reference =
                fmt::format("#/components/{}/{}", std::string(kind.key()), std::string(one.key()));
            EXPECT_TRUE(used.contains(reference)) << reference;
        }
    }
}

TEST(http_openapi, knows_every_code_style_and_limit) {
    std::set<std::string> codes;
    for (const auto& word : schema("Problem").at("properties").at("code").at("enum").as_array())
        codes.emplace(word.as_string());
    std::set<std::string> known;
    for (int code = 0; code <= int(errc::internal); ++code) known.emplace(info(errc(code)).name);
    EXPECT_EQ(codes, known);

    const auto& fields = schema("NewCharacter").at("properties");
    std::vector<std::string> names;
    for (const auto& one : styles()) names.push_back(one.name);
    EXPECT_EQ(json::value_to<std::vector<std::string>>(fields.at("style").at("examples")), names);
    const auto number = [&](const char* field, const char* word) {
        return fields.at(field).at(word).to_number<double>();
    };
    EXPECT_EQ(number("name", "maxLength"), limits::name_chars);
    EXPECT_EQ(number("description", "maxLength"), limits::description_chars);
    EXPECT_EQ(number("tags", "maxItems"), limits::tags);
    EXPECT_EQ(number("model", "maxLength"), limits::setting_chars);
    EXPECT_EQ(number("steps", "minimum"), limits::steps_min);
    EXPECT_EQ(number("steps", "maximum"), limits::steps_max);
    EXPECT_EQ(number("cfg", "minimum"), limits::cfg_min);
    EXPECT_EQ(number("cfg", "maximum"), limits::cfg_max);
    EXPECT_EQ(number("width", "minimum"), limits::side_px_min);
    EXPECT_EQ(number("width", "maximum"), limits::side_px_max);
    EXPECT_EQ(number("width", "multipleOf"), limits::side_px_step);
    EXPECT_EQ(number("seed", "maximum"), double(limits::seed_max));
    const auto& batch = schema("NewCharacters").at("properties").at("characters");
    EXPECT_EQ(batch.at("maxItems").to_number<std::size_t>(), batch_most);
    const auto& picture = schema("NewImage").at("properties");
    EXPECT_EQ(picture.at("count").at("maximum").to_number<std::size_t>(), limits::images_per_call);
    EXPECT_EQ(picture.at("prompt").at("maxLength").to_number<std::size_t>(), limits::prompt_chars);
}

TEST(http_openapi, objects_are_closed) {
    for (const auto& one : document().at("components").at("schemas").as_object()) {
        const auto& whole = one.value().as_object();
        if (!whole.contains("properties")) continue;
        EXPECT_EQ(whole.at("additionalProperties"), json::value(false)) << std::string(one.key());
    }
}

}  // namespace
}  // namespace medusa::http
