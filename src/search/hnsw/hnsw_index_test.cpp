#include "search/hnsw/hnsw_index.hpp"

#include "contract/vector_contract.hpp"

namespace medusa {
namespace {

INSTANTIATE_TEST_SUITE_P(hnsw, vector_contract, testing::Values(hnsw_index_kind));

}  // namespace
}  // namespace medusa
