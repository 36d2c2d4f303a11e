// The vector index for many entries: a graph of near ones (graph.hpp) over vectors of ten bits a
// number (codes.hpp). Approximate: of the ten nearest it finds more than 99 of 100. Some 680 bytes
// an entry of 384 numbers. A search with a filter that few entries fit looks at each of those; one
// that many fit walks the graph. See vector_index.hpp.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <utility>

#include "search/index_kind.hpp"
#include "search/vector_index.hpp"

namespace medusa {

struct hnsw_settings {
    // How many near entries a walk collects at least, of which the best are then told apart: more
    // find more and take longer. Among a million descriptions 160 find 98.5 of 100 of the ten
    // nearest, 256 find 99.0, 384 find 99.3 (docs/search.md).
    std::size_t breadth = 320;
};

std::unique_ptr<vector_index> make_hnsw_index(vector_space space, const hnsw_settings& settings);
// Errors: see snapshot.hpp.
loaded_index load_hnsw_index(const std::filesystem::path& path, const vector_space& space,
                             const hnsw_settings& settings);

inline constexpr index_kind hnsw_index_kind{
    "hnsw", [](vector_space space) { return make_hnsw_index(std::move(space), {}); },
    [](const std::filesystem::path& path, const vector_space& space) {
        return load_hnsw_index(path, space, {});
    }};

}  // namespace medusa
