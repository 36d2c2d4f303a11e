// How rankings become one, and how one becomes varied. Pure; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace medusa {

struct ranked {
    std::int64_t id = 0;
    double score = 0;
};

// What the n-th place of a ranking weighs, from 1 on: 1 for the first (reciprocal rank, k = 60). 0
// for place 0: not in it.
double place_weight(std::size_t place);

// Reciprocal rank fusion (Cormack, Clarke, Buettcher, SIGIR 2009, k = 60): each ranking gives the
// n-th of its ids 1 / (60 + n). Scores are shares of what an id would have that is first in each
// that is not empty, 0 to 1; the best first, equal ones by id.
std::vector<ranked> fused(std::span<const std::vector<std::int64_t>> rankings);

// Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): picks `count` one after the
// other, each for its relevance, and against its likeness to those that were picked, which weighs
// `variety` of 1. `alike` gives the likeness of two candidates by their places, 0 to 1.
std::vector<ranked> varied(std::span<const ranked> candidates, std::size_t count, double variety,
                           const std::function<double(std::size_t, std::size_t)>& alike);

}  // namespace medusa
