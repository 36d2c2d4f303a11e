// A user's own workflow: a graph exported from ComfyUI in API format, with placeholders such as
// %prompt%, made ours.
//
// Pure functions on a file that is not to be trusted: any thread. Errors: error(invalid_argument)
// of class permanent that names the file and says what to change.
#pragma once

#include <string>

#include "engine/comfyui/graph.hpp"
#include "engine/engine.hpp"

namespace medusa::comfyui {

inline constexpr std::size_t workflow_bytes_max = std::size_t{1} << 20;
inline constexpr std::size_t workflow_depth_max = 32;
inline constexpr std::size_t workflow_nodes_max = 1'000;

// Whether the file has the placeholder %{name}% anywhere.
bool asks_for(const user_workflow& workflow, std::string_view name);

// The graph with `values` in place of its placeholders and `prefix` as the name of its pictures.
// The picture is that of its only SaveImage node, or of the one that is titled "medusa"; where
// there is none, a PreviewImage becomes one. It must ask for %prompt%.
prompt_graph graph_from_workflow(const user_workflow& workflow, const graph_values& values,
                                 const std::string& prefix);

}  // namespace medusa::comfyui
