// Which code an input has reached. Test code; one thread asks, any number count.
#pragma once

#include <cstddef>

namespace medusa::fuzzing {

inline constexpr std::size_t edges_max = std::size_t{1} << 16;

void count_edge(std::size_t edge);
void forget_counts();
// Adds the counts of now to what is known; returns how many are new, or of a new magnitude.
std::size_t learn_counts();
std::size_t edges_known();

}  // namespace medusa::fuzzing
