#include "asset/asset_store.hpp"

#include <utility>

namespace medusa {

std::vector<std::string> asset_store::list(std::string_view folder) {
    std::vector<std::string> paths;
    for (auto& entry : entries(folder)) paths.push_back(std::move(entry.path));
    return paths;
}

}  // namespace medusa
