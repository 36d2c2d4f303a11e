#include "search/sized_index.hpp"

#include "contract/vector_contract.hpp"
#include "search/flat/flat_index.hpp"
#include "search/hnsw/hnsw_index.hpp"

namespace medusa {
namespace {

// So that the contract's indexes move while it looks at them.
constexpr index_choice choice{flat_index_kind, hnsw_index_kind, 700};
constexpr index_kind growing{
    "growing", [](vector_space space) { return make_sized_index(choice, std::move(space)); },
    [](const std::filesystem::path& path, const vector_space& space) {
        return load_sized_index(choice, path, space);
    }};

INSTANTIATE_TEST_SUITE_P(sized, vector_contract, testing::Values(growing));

}  // namespace
}  // namespace medusa
