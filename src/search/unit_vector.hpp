// What every index asks of a vector before it takes it in or searches for it.
#pragma once

#include <span>
#include <vector>

#include "search/vector_index.hpp"

namespace medusa {

// The vector at its exact length, padded with zeros to padded_dimension(). Throws
// error(invalid_argument) for another dimension, for NaN or infinity, and for a length that is
// not 1.
std::vector<float> checked_unit_vector(std::span<const float> vector, const vector_space& space);

}  // namespace medusa
