#include "cli/workflow_file.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <set>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr std::size_t workflow_bytes_max = std::size_t{4} << 20;

[[noreturn]] void refuse(const std::string& name, const std::string& reason) {
    throw error(errc::invalid_argument,
                fmt::format("the workflow {} cannot be used: {}", printable(name), reason),
                "In ComfyUI, export it by Workflow > Export (API)");
}

const json::object* inputs_of(const json::object& graph, std::string_view node) {
    const auto* found = graph.if_contains(node);
    if (!found || !found->is_object()) return nullptr;
    const auto* inputs = found->as_object().if_contains("inputs");
    return inputs && inputs->is_object() ? &inputs->as_object() : nullptr;
}

// The node that an input is linked to, ["4", 0]; empty for a value.
std::string_view linked(const json::value& input) {
    const auto* link = input.if_array();
    if (!link || link->size() != 2 || !link->front().is_string() || !link->back().is_number())
        return {};
    return link->front().get_string();
}

// The nodes that reach a sampler on one side. A node that passes both sides on is left by the side
// that it was reached by.
class side {
public:
    side(const json::object& graph, std::string_view own, std::string_view other)
        : graph_(graph), own_(own), other_(other) {
        for (const auto& [id, node] : graph)
            if (const auto* inputs = inputs_of(graph, id))
                if (const auto* start = inputs->if_contains(own)) follow(linked(*start));
    }
    bool holds(std::string_view node) const { return nodes_.contains(std::string(node)); }

private:
    void follow(std::string_view node) {
        if (node.empty() || !nodes_.insert(std::string(node)).second) return;
        const auto* inputs = inputs_of(graph_, node);
        if (!inputs) return;
        const bool both = inputs->contains(own_) && inputs->contains(other_);
        for (const auto& [name, value] : *inputs)
            if (!both || std::string_view(name) == own_) follow(linked(value));
    }

    const json::object& graph_;
    const std::string own_;
    const std::string other_;
    std::set<std::string> nodes_;
};

void add_texts(const json::value& value, std::string& texts) {
    if (value.is_string()) {
        texts.append(value.get_string().begin(), value.get_string().end()).append("\n");
    } else if (const auto* list = value.if_array()) {
        for (const auto& entry : *list) add_texts(entry, texts);
    } else if (const auto* object = value.if_object()) {
        for (const auto& [key, entry] : *object) add_texts(entry, texts);
    }
}

}  // namespace

checked_workflow parse_workflow(std::string name, std::string_view text) {
    json::error_code fault;
    const auto value = json::parse(text, fault);
    if (fault) refuse(name, "it is no JSON");
    const auto* graph = value.if_object();
    if (graph && graph->contains("nodes") && graph->contains("links"))
        refuse(name, "it is saved for the editor, not in API format");
    if (!graph || graph->empty()) refuse(name, "it holds no nodes");
    checked_workflow found{{std::move(name), std::string(text)}, {}, {}};
    const side negative(*graph, "negative", "positive");
    const side positive(*graph, "positive", "negative");
    for (const auto& [id, node] : *graph) {
        if (!node.is_object() || !node.as_object().contains("class_type"))
            refuse(found.graph.name,
                   fmt::format("its entry \"{}\" is no node", printable(std::string_view(id))));
        const auto* inputs = inputs_of(*graph, id);
        if (!inputs) continue;
        const bool only_negative = negative.holds(id) && !positive.holds(id);
        auto& texts = only_negative ? found.negative_text : found.positive_text;
        for (const auto& [input, given] : *inputs)
            if (linked(given).empty()) add_texts(given, texts);
    }
    return found;
}

checked_workflow read_workflow_file(const std::filesystem::path& path) {
    std::string text;
    try {
        text = read_file(path, workflow_bytes_max);
    } catch (const error& cause) {
        refuse(path.string(), cause.detail());
    }
    if (!is_valid_utf8(text)) refuse(path.string(), "it is not text in UTF-8");
    return parse_workflow(path.filename().string(), text);
}

}  // namespace medusa
