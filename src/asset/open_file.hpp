// Files that are open for whoever sends them on. For adapters; any thread.
#pragma once

#include <filesystem>
#include <optional>

#include "asset/asset_store.hpp"

namespace medusa {

// Empty for what is no plain file. `shown` is its path in errors.
std::optional<open_asset> as_open_asset(descriptor file, const std::filesystem::path& shown);

}  // namespace medusa
