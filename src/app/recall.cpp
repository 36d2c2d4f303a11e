#include "app/recall.hpp"

#include <utility>

#include "search/flat/flat_index.hpp"
#include "search/hnsw/hnsw_index.hpp"
#include "search/sized_index.hpp"

namespace medusa {
namespace {

// The adapters of the vector index, by how many characters there are.
constexpr index_choice index_kinds{flat_index_kind, hnsw_index_kind};
constexpr index_kind sized_index_kind{
    "sized", [](vector_space space) { return make_sized_index(index_kinds, std::move(space)); },
    [](const std::filesystem::path& path, const vector_space& space) {
        return load_sized_index(index_kinds, path, space);
    }};

}  // namespace

opened_recall::opened_recall(const config& settings, const stores& on, asset_store& assets,
                             embedder& vectors)
    : follower_({*on.characters, *on.reserved, *on.feed, assets, vectors, system_clock(),
                 system_timer(), settings.data / "search" / "index", sized_index_kind}),
      desk_({*on.characters, *on.words, vectors, follower_}) {}

std::unique_ptr<index_keeper> opened_recall::keep(std::function<void(const error&)> trouble) {
    return std::make_unique<index_keeper>(follower_, system_timer(), std::move(trouble));
}

}  // namespace medusa
