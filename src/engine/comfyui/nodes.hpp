// What a server says of its classes of nodes (/object_info), and a graph checked against that.
//
// Plain values and functions: any thread. Errors: error(invalid_argument), of class permanent, for
// a graph that the server would refuse; it says what to change.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace medusa::comfyui {

struct input_info {
    enum class kind { link, choice, integer, real, text, boolean };
    kind what = kind::link;
    bool required = true;
    // Of a choice. Not complete where a file can be uploaded (`open`).
    std::vector<std::string> choices;
    bool open = false;
    std::optional<boost::json::value> fallback;  // its default
    std::optional<double> min, max;
};

struct node_info {
    std::map<std::string, input_info, std::less<>> inputs;
    bool is_output = false;
};

// A reply of GET /object_info/{class}; empty when the class is not installed, or the reply is none.
// Choices come in two encodings: ["a", "b"] and "COMBO" with {"options": ["a", "b"]}.
std::optional<node_info> read_node_info(std::string_view body, std::string_view class_name);

// Null for a class that is not installed. May ask the server, and throw what that throws.
using node_source = std::function<const node_info*(const std::string& class_name)>;

// Gives each required input that a node lacks its default or first choice, and checks what is
// there: nodes installed, links to nodes of the graph, choices, least and largest values.
// `graph`: node id to {"class_type", "inputs"}. `label` is the server's, for errors.
void complete_graph(boost::json::object& graph, const node_source& nodes, const std::string& label);

}  // namespace medusa::comfyui
