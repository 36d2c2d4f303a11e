// What g++'s -fsanitize-coverage=trace-pc calls at each edge of the code under test. Compiled
// without that flag.
#include "coverage.hpp"

#include <cstdint>

namespace medusa::fuzzing {
namespace {

// Several threads may count at once: a count that is lost costs nothing.
std::uint8_t counts[edges_max];
std::uint8_t known[edges_max];

// A count says more when it grows by magnitudes than one by one.
std::uint8_t magnitude(std::uint8_t count) {
    if (count < 4) return std::uint8_t(1u << count);
    if (count < 8) return 16;
    if (count < 32) return 32;
    return count < 128 ? 64 : 128;
}

}  // namespace

void count_edge(std::size_t edge) {
    auto& count = counts[edge % edges_max];
    if (count != UINT8_MAX) ++count;
}

void forget_counts() {
    for (auto& count : counts) count = 0;
}

std::size_t learn_counts() {
    std::size_t learnt = 0;
    for (std::size_t i = 0; i < edges_max; ++i) {
        if (counts[i] == 0) continue;
        const auto seen = magnitude(counts[i]);
        learnt += (known[i] & seen) == 0;
        known[i] |= seen;
    }
    return learnt;
}

std::size_t edges_known() {
    std::size_t edges = 0;
    for (const auto one : known) edges += one != 0;
    return edges;
}

}  // namespace medusa::fuzzing

extern "C" void __sanitizer_cov_trace_pc() {
    const auto at = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
    medusa::fuzzing::count_edge(at ^ (at >> 16));
}
