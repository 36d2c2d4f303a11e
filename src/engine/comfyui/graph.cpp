#include "engine/comfyui/graph.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "core/resources.hpp"
#include "core/text.hpp"
#include "engine/comfyui/troubles.hpp"

namespace medusa::comfyui {

namespace json = boost::json;

namespace {

constexpr double lora_weight_max = 4;

std::string as_text(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

// The name of the placeholder that begins at `at` of `text`, empty if none does.
std::string_view placeholder_at(std::string_view text, std::size_t at) {
    const auto end = text.find('%', at + 1);
    if (text[at] != '%' || end == std::string_view::npos) return {};
    return text.substr(at + 1, end - at - 1);
}

json::value filled(std::string_view text, const graph_values& values) {
    std::string made;
    for (std::size_t at = 0; at < text.size();) {
        const auto name = placeholder_at(text, at);
        const auto* known = name.empty() ? nullptr : values.if_contains(name);
        if (!known) {
            made += text[at++];
            continue;
        }
        if (name.size() + 2 == text.size()) return *known;
        made += as_text(*known);
        at += name.size() + 2;
    }
    return json::value_from(made);
}

}  // namespace

void fill_in(json::value& tree, const graph_values& values) {
    if (tree.is_string()) {
        if (tree.get_string().find('%') != json::string::npos) {
            tree = filled(tree.get_string(), values);
        }
    } else if (tree.is_array()) {
        for (auto& one : tree.get_array()) fill_in(one, values);
    } else if (tree.is_object()) {
        for (auto& [name, one] : tree.get_object()) fill_in(one, values);
    }
}

namespace {

// "models/People\\Ada.safetensors" as "ada": what people write in a prompt.
std::string stem(std::string_view file) {
    const auto slash = file.find_last_of("/\\");
    if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
    const auto dot = file.rfind('.');
    const auto ending = dot == std::string_view::npos ? std::string_view() : file.substr(dot);
    if (ending == ".safetensors" || ending == ".pt" || ending == ".ckpt") {
        file.remove_suffix(ending.size());
    }
    return to_lower(file);
}

std::string file_of_lora(const std::string& name, const std::vector<std::string>& on_server,
                         const std::string& label) {
    for (const auto& file : on_server) {
        if (file == name || stem(file) == stem(name)) return file;
    }
    std::vector<std::string> names;
    for (const auto& file : on_server) names.push_back(stem(file));
    throw error_of({.kind = trouble_kind::missing_model,
                    .input = "lora_name",
                    .value = harmless(name),
                    .takes = std::move(names)},
                   label);
}

double weight_of(std::string_view text, const std::string& label) {
    double weight = 1;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), weight);
    const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    if (!whole || !(std::abs(weight) <= lora_weight_max)) {
        throw failure(failure_class::permanent, errc::invalid_argument, connection_words, label,
                      fmt::format("cannot take '{}' as the weight of a LoRA", harmless(text)),
                      fmt::format("Write a number between -{0} and {0}", lora_weight_max));
    }
    return weight;
}

}  // namespace

std::vector<lora_use> take_loras(std::string& prompt, const std::vector<std::string>& on_server,
                                 const std::string& label) {
    constexpr std::string_view opening = "<lora:";
    std::vector<lora_use> uses;
    for (;;) {
        const auto begin = prompt.find(opening);
        const auto end = prompt.find('>', begin == std::string::npos ? 0 : begin);
        if (begin == std::string::npos || end == std::string::npos) break;
        const auto from = begin + opening.size();
        const auto parts = split(std::string_view(prompt).substr(from, end - from), ':');
        if (uses.size() == loras_max) {
            throw failure(failure_class::permanent, errc::invalid_argument, connection_words, label,
                          fmt::format("is asked for more than {} LoRAs", loras_max));
        }
        lora_use use{file_of_lora(collapse_spaces(parts[0]), on_server, label)};
        if (parts.size() > 1) use.weight = weight_of(parts[1], label);
        uses.push_back(std::move(use));
        prompt.erase(begin, end + 1 - begin);
    }
    if (!uses.empty()) prompt = collapse_spaces(prompt);
    return uses;
}

namespace {

// Every link of `graph` that equals `from` leads to output `slot` of node `to` from now on.
void relink(json::object& graph, const json::value& from, const std::string& to, int slot) {
    for (auto& [id, node] : graph) {
        for (auto& [name, value] : node.as_object().at("inputs").as_object()) {
            if (value == from) value = json::array{to, slot};
        }
    }
}

void chain_loras(json::object& graph, const json::value& after,
                 const std::vector<lora_use>& loras) {
    constexpr int first_id = 101;  // templates number their nodes below that
    json::value model = after.at("model");
    json::value clip = after.at("clip");
    const std::string last = std::to_string(first_id + loras.size() - 1);
    relink(graph, model, last, 0);
    relink(graph, clip, last, 1);
    for (std::size_t i = 0; i < loras.size(); ++i) {
        const std::string id = std::to_string(first_id + i);
        graph[id] = {{"class_type", "LoraLoader"},
                     {"inputs",
                      {{"model", model},
                       {"clip", clip},
                       {"lora_name", loras[i].file},
                       {"strength_model", loras[i].weight},
                       {"strength_clip", loras[i].weight}}},
                     {"_meta", {{"title", "LoRA " + std::to_string(i + 1)}}}};
        model = json::array{id, 0};
        clip = json::array{id, 1};
    }
}

}  // namespace

prompt_graph graph_from_template(std::string_view name, const graph_values& values,
                                 const std::vector<lora_use>& loras) {
    const auto path = fmt::format("workflows/{}.json", name);
    auto whole = read_json(resource(path));
    auto* nodes = whole ? whole->as_object().if_contains("graph") : nullptr;
    const auto* save = member(whole, "save");
    const auto* after = member(whole, "loras_after");
    if (!nodes || !save || !after) throw error(errc::internal, path + " is no template");
    fill_in(*nodes, values);
    prompt_graph graph{nodes->as_object(), text_of(save)};
    if (!loras.empty()) chain_loras(graph.nodes, *after, loras);
    return graph;
}

std::string save_prefix(const std::string& attempt_id) {
    return "medusa/" + attempt_id;
}

}  // namespace medusa::comfyui
