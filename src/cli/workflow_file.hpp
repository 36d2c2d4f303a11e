// A user's own ComfyUI graph, read from a file. Main thread.
#pragma once

#include <filesystem>
#include <string_view>

#include "pipeline/parts.hpp"

namespace medusa {

// Throws error(invalid_argument) naming the file when it is missing, too large, or no graph in
// ComfyUI's API format. Whether a server can draw it, the engine finds out.
checked_workflow read_workflow_file(const std::filesystem::path& path);

// The same for a text; `name` is the file's.
checked_workflow parse_workflow(std::string name, std::string_view text);

}  // namespace medusa
