#include "recall/rank.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace medusa {

double place_weight(std::size_t place) {
    constexpr double k = 60;
    return place == 0 ? 0 : (k + 1) / (k + double(place));
}

std::vector<ranked> fused(std::span<const std::vector<std::int64_t>> rankings) {
    double best = 0;
    std::map<std::int64_t, double> points;
    for (const auto& ranking : rankings) {
        if (!ranking.empty()) ++best;
        std::size_t place = 0;
        for (const auto id : ranking) points[id] += place_weight(++place);
    }
    std::vector<ranked> found;
    for (const auto& [id, sum] : points) found.push_back({id, sum / best});
    std::stable_sort(found.begin(), found.end(),
                     [](const ranked& a, const ranked& b) { return a.score > b.score; });
    return found;
}

std::vector<ranked> varied(std::span<const ranked> candidates, std::size_t count, double variety,
                           const std::function<double(std::size_t, std::size_t)>& alike) {
    constexpr auto none = std::numeric_limits<double>::lowest();
    std::vector<double> nearest(candidates.size(), none);  // of those that were picked
    std::vector<bool> is_picked(candidates.size());
    std::vector<ranked> picked;
    while (picked.size() < std::min(count, candidates.size())) {
        std::size_t best = candidates.size();
        double best_worth = none;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            const auto likeness = nearest[i] == none ? 0 : nearest[i];
            const auto worth = (1 - variety) * candidates[i].score - variety * likeness;
            if (is_picked[i] || worth <= best_worth) continue;
            best = i;
            best_worth = worth;
        }
        if (best == candidates.size()) break;
        is_picked[best] = true;
        picked.push_back(candidates[best]);
        for (std::size_t i = 0; i < candidates.size(); ++i)
            if (!is_picked[i]) nearest[i] = std::max(nearest[i], alike(i, best));
    }
    return picked;
}

}  // namespace medusa
