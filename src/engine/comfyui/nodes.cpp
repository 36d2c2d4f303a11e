#include "engine/comfyui/nodes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/comfyui/troubles.hpp"

namespace medusa::comfyui {

namespace json = boost::json;

namespace {

input_info read_input(const json::value& config, bool required) {
    input_info input;
    input.required = required;
    const auto* type = element(&config, 0);
    const auto* options = element(&config, 1);
    const std::string name = text_of(type);
    if (type && type->is_array()) {
        input.what = input_info::kind::choice;
        input.choices = texts_of(type);
        input.open = input.choices.size() != type->get_array().size();
    } else if (name == "COMBO") {
        input.what = input_info::kind::choice;
        input.choices = texts_of(member(options, "options"));
    } else if (name == "INT") {
        input.what = input_info::kind::integer;
    } else if (name == "FLOAT") {
        input.what = input_info::kind::real;
    } else if (name == "STRING") {
        input.what = input_info::kind::text;
    } else if (name == "BOOLEAN") {
        input.what = input_info::kind::boolean;
    }
    const auto* uploads = member(options, "image_upload");
    input.open = input.open || (uploads && uploads->is_bool() && uploads->get_bool());
    if (const auto* fallback = member(options, "default")) input.fallback = *fallback;
    input.min = number_of(member(options, "min"));
    input.max = number_of(member(options, "max"));
    return input;
}

}  // namespace

std::optional<node_info> read_node_info(std::string_view body, std::string_view class_name) {
    const auto whole = read_json(body);
    const auto* told = member(whole, class_name);
    if (!told) return std::nullopt;
    node_info node;
    for (const char* group : {"required", "optional"}) {
        const auto* inputs = member(member(told, "input"), group);
        if (!inputs || !inputs->is_object()) continue;
        for (const auto& [name, config] : inputs->get_object()) {
            node.inputs.emplace(name, read_input(config, group == std::string_view("required")));
        }
    }
    const auto* output = member(told, "output_node");
    node.is_output = output && output->is_bool() && output->get_bool();
    return node;
}

namespace {

// One node of a graph and what it is checked against.
struct checked_node {
    std::string class_name;
    const node_info& info;
    const json::object& graph;
    const std::string& label;

    [[noreturn]] void refuse(trouble_kind kind, std::string_view input, std::string value,
                             std::vector<std::string> takes = {}, std::string said = {}) const {
        throw error_of({.kind = kind,
                        .said = std::move(said),
                        .node = class_name,
                        .input = std::string(input),
                        .value = harmless(value),
                        .takes = std::move(takes)},
                       label);
    }

    void check_choice(std::string_view name, const input_info& input,
                      const json::value& value) const {
        if (input.open || !value.is_string()) return;
        const std::string chosen(value.get_string());
        if (std::ranges::find(input.choices, chosen) != input.choices.end()) return;
        const bool is_file = called(name) != name && name != "sampler_name";
        refuse(is_file ? trouble_kind::missing_model : trouble_kind::bad_value, name, chosen,
               input.choices);
    }

    void check_number(std::string_view name, const input_info& input,
                      const json::value& value) const {
        const auto number = number_of(&value);
        if (!number) return;  // the server makes numbers of texts
        const bool in_range = std::isfinite(*number) && (!input.min || *number >= *input.min) &&
                              (!input.max || *number <= *input.max);
        if (in_range) return;
        const auto limit = [](const std::optional<double>& end) {
            return end ? fmt::format("{}", *end) : std::string("any");
        };
        refuse(trouble_kind::bad_value, name, fmt::format("{}", *number), {},
               fmt::format("{} to {}", limit(input.min), limit(input.max)));
    }

    void check_value(std::string_view name, const json::value& value) const {
        if (value.is_array()) {  // [node id, output]
            const auto id = text_of(element(&value, 0));
            if (!id.empty() && !graph.if_contains(id)) {
                refuse(trouble_kind::bad_graph, name, {}, {},
                       fmt::format("'{}' is linked to a node that is not there", name));
            }
            return;
        }
        const auto known = info.inputs.find(name);
        if (known == info.inputs.end()) return;
        switch (known->second.what) {
            case input_info::kind::choice:
                return check_choice(name, known->second, value);
            case input_info::kind::integer:
            case input_info::kind::real:
                return check_number(name, known->second, value);
            case input_info::kind::link:
            case input_info::kind::text:
            case input_info::kind::boolean:
                return;
        }
    }

    json::value missing_value(const std::string& name, const input_info& input) const {
        if (input.fallback) return *input.fallback;
        if (input.what == input_info::kind::choice && !input.choices.empty()) {
            return json::value_from(input.choices.front());
        }
        if (input.what == input_info::kind::text) return "";
        refuse(trouble_kind::bad_graph, name, {}, {}, fmt::format("'{}' is missing", name));
    }
};

}  // namespace

void complete_graph(json::object& graph, const node_source& nodes, const std::string& label) {
    for (auto& [id, node] : graph) {
        const std::string class_name = text_of(member(&node, "class_type"));
        const auto* info = nodes(class_name);
        if (!info) {
            throw error_of({.kind = trouble_kind::missing_node, .node = harmless(class_name)},
                           label);
        }
        const checked_node checked{class_name, *info, graph, label};
        auto& inputs = node.as_object()["inputs"];
        if (!inputs.is_object()) inputs.emplace_object();
        for (const auto& [name, value] : inputs.get_object()) checked.check_value(name, value);
        for (const auto& [name, input] : info->inputs) {
            if (!input.required || inputs.get_object().contains(name)) continue;
            inputs.get_object()[name] = checked.missing_value(name, input);
        }
    }
}

}  // namespace medusa::comfyui
