#include "engine/comfyui/workflow.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "engine/comfyui/troubles.hpp"

namespace medusa::comfyui {

namespace json = boost::json;

namespace {

[[noreturn]] void refuse(const user_workflow& workflow, std::string_view what, std::string advice) {
    throw error(errc::invalid_argument, remote_failure{},
                fmt::format("The workflow {} {}", harmless(workflow.name), what),
                std::move(advice));
}

constexpr const char* export_advice =
    "Export it in ComfyUI by \"Workflow > Export (API)\"; older versions show that after \"Enable "
    "dev mode options\" in the settings";

json::object read_nodes(const user_workflow& workflow) {
    if (workflow.json.size() > workflow_bytes_max) {
        refuse(workflow, fmt::format("is larger than {} MiB", workflow_bytes_max >> 20),
               "Leave out pictures that are stored inside it");
    }
    auto whole = read_json(workflow.json, workflow_depth_max);
    if (!whole) refuse(workflow, "is not JSON", export_advice);
    if (member(whole, "nodes") && member(whole, "links")) {
        refuse(workflow, "is in the format of the editor, which a server does not run",
               export_advice);
    }
    // The body of a request to /prompt holds the graph as "prompt".
    const auto* inner = member(whole, "prompt");
    if (inner && !member(inner, "class_type")) *whole = json::value(*inner);
    if (!whole->is_object() || whole->get_object().empty()) {
        refuse(workflow, "holds no nodes", export_advice);
    }
    if (whole->get_object().size() > workflow_nodes_max) {
        refuse(workflow, fmt::format("has more than {} nodes", workflow_nodes_max),
               "Leave out what the picture does not need");
    }
    for (auto& [id, node] : whole->get_object()) {
        if (text_of(member(&node, "class_type")).empty()) {
            refuse(workflow, fmt::format("has a node '{}' without class_type", harmless(id)),
                   export_advice);
        }
        auto& inputs = node.get_object()["inputs"];
        if (inputs.is_null()) inputs.emplace_object();
        if (!inputs.is_object()) {
            refuse(workflow, fmt::format("has a node '{}' without inputs", harmless(id)),
                   export_advice);
        }
    }
    return whole->get_object();
}

bool is_class(const json::value& node, std::string_view class_name) {
    return text_of(member(&node, "class_type")) == class_name;
}

bool is_titled_ours(const json::value& node) {
    return to_lower(text_of(member(member(&node, "_meta"), "title"))) == "medusa";
}

// The nodes of one class; only those titled "medusa" if there are any.
std::vector<std::string> candidates(const json::object& nodes, std::string_view class_name) {
    std::vector<std::string> all;
    std::vector<std::string> ours;
    for (const auto& [id, node] : nodes) {
        if (!is_class(node, class_name)) continue;
        all.emplace_back(id);
        if (is_titled_ours(node)) ours.emplace_back(id);
    }
    return ours.empty() ? all : ours;
}

std::string save_node_of(const user_workflow& workflow, json::object& nodes) {
    auto found = candidates(nodes, "SaveImage");
    if (found.empty()) {
        found = candidates(nodes, "PreviewImage");
        if (found.size() == 1) nodes.at(found[0]).as_object()["class_type"] = "SaveImage";
    }
    if (found.empty()) {
        refuse(workflow, "has no output node that saves a picture", "Add a SaveImage node");
    }
    if (found.size() > 1) {
        refuse(workflow, fmt::format("saves {} pictures", found.size()),
               "Give the SaveImage node of the right one the title \"medusa\"");
    }
    return found[0];
}

}  // namespace

bool asks_for(const user_workflow& workflow, std::string_view name) {
    return workflow.json.find(fmt::format("%{}%", name)) != std::string::npos;
}

prompt_graph graph_from_workflow(const user_workflow& workflow, const graph_values& values,
                                 const std::string& prefix) {
    auto nodes = read_nodes(workflow);
    if (!asks_for(workflow, "prompt")) {
        refuse(workflow, "asks for no %prompt%, so it would draw the same whoever is wanted",
               "Write %prompt% where its text for the picture is");
    }
    if (asks_for(workflow, "reference") && !values.contains("reference")) {
        refuse(workflow, "asks for a %reference%, and there is no picture of the person yet",
               "Use it for further images of a character that exists");
    }
    for (auto& [id, node] : nodes) fill_in(node.as_object().at("inputs"), values);
    const auto save_node = save_node_of(workflow, nodes);
    // All of them, so that nothing is written over anybody's files.
    for (auto& [id, node] : nodes) {
        if (is_class(node, "SaveImage")) node.at("inputs").as_object()["filename_prefix"] = prefix;
    }
    return {std::move(nodes), save_node};
}

}  // namespace medusa::comfyui
