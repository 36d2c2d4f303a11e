// A store and the search index that follows it, as a process opens them in a folder. Test code.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "asset/local/local_assets.hpp"
#include "search/flat/flat_index.hpp"
#include "search/hnsw/hnsw_index.hpp"
#include "search/sized_index.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/described.hpp"
#include "support/recall_on_trial.hpp"

namespace medusa::faults {

// Grows into a graph early, so that both kinds are met.
inline constexpr index_choice early_graph{flat_index_kind, hnsw_index_kind, 60};
inline constexpr index_kind early_kind{
    "sized", [](vector_space space) { return make_sized_index(early_graph, std::move(space)); },
    [](const std::filesystem::path& path, const vector_space& space) {
        return load_sized_index(early_graph, path, space);
    }};

class index_house {
public:
    explicit index_house(const std::filesystem::path& folder)
        : stored_(make_sqlite_store({.file = folder / "medusa.db"})),
          assets_(make_local_asset_store(folder / "assets", "/assets/")),
          follower_({*stored_.characters, *stored_.reserved, *stored_.feed, *assets_, vectors_,
                     system_clock(), system_timer(), folder / "index", early_kind}) {}

    stores& stored() { return stored_; }
    index_follower& follower() { return follower_; }
    embedder& vectors() { return vectors_; }

private:
    stores stored_;
    std::unique_ptr<asset_store> assets_;
    testing_support::word_embedder vectors_;
    index_follower follower_;
};

}  // namespace medusa::faults
