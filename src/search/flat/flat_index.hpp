// The vector index that looks at every entry: exact, and the judge of the other one. A search reads
// all vectors (1.5 KB an entry of 384 numbers), so its time grows with the entries; with a filter
// it reads those of the entries that fit. See vector_index.hpp.
#pragma once

#include <filesystem>
#include <memory>

#include "search/index_kind.hpp"
#include "search/vector_index.hpp"

namespace medusa {

std::unique_ptr<vector_index> make_flat_index(vector_space space);
// Errors: see snapshot.hpp.
loaded_index load_flat_index(const std::filesystem::path& path, const vector_space& space);

inline constexpr index_kind flat_index_kind{"flat", make_flat_index, load_flat_index};

}  // namespace medusa
