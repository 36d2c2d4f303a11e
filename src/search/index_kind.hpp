// What there is to know of a kind of index before there is one: how to make it, how to load it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "search/vector_index.hpp"

namespace medusa {

struct loaded_index {
    std::unique_ptr<vector_index> index;
    std::string position;  // as it was given to save()
};

struct index_kind {
    std::string_view name;  // in the snapshot
    std::unique_ptr<vector_index> (*make)(vector_space space);
    loaded_index (*load)(const std::filesystem::path& path, const vector_space& space);
};

}  // namespace medusa
