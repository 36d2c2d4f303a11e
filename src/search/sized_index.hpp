// An index that grows: of one kind while it is small, of another from some size on. Entries then
// move a few with each write, and searches look into both until all have moved; nobody waits, and
// none is missed meanwhile. It does not shrink back. See vector_index.hpp.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "search/index_kind.hpp"
#include "search/vector_index.hpp"

namespace medusa {

struct index_choice {
    index_kind small;
    index_kind large;
    // Entries. The exact scan of 10,000 vectors of 384 numbers takes 0.4 ms, of 30,000 1.6 ms.
    std::size_t large_from = 10'000;
};

std::unique_ptr<vector_index> make_sized_index(const index_choice& choice, vector_space space);
// A snapshot of either kind. Errors: see snapshot.hpp.
loaded_index load_sized_index(const index_choice& choice, const std::filesystem::path& path,
                              const vector_space& space);

}  // namespace medusa
