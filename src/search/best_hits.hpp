// The best `k` of what is offered, and the form that all indexes answer in. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <unordered_set>
#include <vector>

#include "search/vector_index.hpp"

namespace medusa {

// The order of results: the best first, equal scores by id.
inline bool better(const search_hit& a, const search_hit& b) {
    return a.score != b.score ? a.score > b.score : a.id < b.id;
}

class best_hits {
public:
    explicit best_hits(std::size_t k) : k_(k), places_(k + met_twice_max) {}

    // Whether a hit of that score may be among the best.
    bool wants(float score) const { return heap_.size() < places_ || score >= heap_.front().score; }

    void offer(const search_hit& hit) {
        if (heap_.size() == places_) {
            if (!better(hit, heap_.front())) return;
            std::ranges::pop_heap(heap_, better);
            heap_.back() = hit;
        } else {
            heap_.push_back(hit);
        }
        std::ranges::push_heap(heap_, better);
    }

    // Sorted, each id once.
    std::vector<search_hit> sorted() && {
        std::ranges::sort(heap_, better);
        std::unordered_set<std::int64_t> seen;
        std::erase_if(heap_, [&](const search_hit& hit) { return !seen.insert(hit.id).second; });
        heap_.resize(std::min(heap_.size(), k_));
        return std::move(heap_);
    }

private:
    // An entry that is replaced meanwhile may be met in both its slots.
    static constexpr std::size_t met_twice_max = 8;

    std::size_t k_;
    std::size_t places_;
    std::vector<search_hit> heap_;  // the worst in front
};

}  // namespace medusa
