#include "search/flat/flat_index.hpp"

#include "contract/vector_contract.hpp"

namespace medusa {
namespace {

INSTANTIATE_TEST_SUITE_P(flat, vector_contract, testing::Values(flat_index_kind));

}  // namespace
}  // namespace medusa
