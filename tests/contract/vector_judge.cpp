#include <algorithm>
#include <cmath>
#include <set>

#include "contract/vector_contract.hpp"

namespace medusa {
namespace {

constexpr float score_tolerance = 2e-3F;
constexpr float equally_good = 5e-4F;
constexpr int centres_count = 20;
constexpr int queries_count = 20;

void to_unit_length(std::vector<float>& vector) {
    double squares = 0;
    for (const float number : vector) {
        squares += static_cast<double>(number) * number;
    }
    for (float& number : vector) {
        number = static_cast<float>(number / std::sqrt(squares));
    }
}

bool fits(const entry_labels& labels, const entry_labels& wanted) {
    return (wanted.owner.empty() || wanted.owner == labels.owner) &&
           (wanted.style.empty() || wanted.style == labels.style) &&
           std::ranges::all_of(wanted.tags, [&](const auto& tag) {
               return tag.empty() || std::ranges::find(labels.tags, tag) != labels.tags.end();
           });
}

}  // namespace

vector_source::vector_source(unsigned seed, std::size_t dimension)
    : dice_(seed), dimension_(dimension) {
    std::normal_distribution<float> normal;
    for (int centre = 0; centre < centres_count; ++centre) {
        auto& place = centres_.emplace_back(dimension_);
        std::ranges::generate(place, [&] { return normal(dice_); });
    }
}

std::vector<float> vector_source::next() {
    std::normal_distribution<float> normal(0, 0.7F);
    auto vector = centres_[dice_() % centres_.size()];
    for (float& number : vector) {
        number += normal(dice_);
    }
    to_unit_length(vector);
    return vector;
}

void naive_index::upsert(std::int64_t id, std::vector<float> vector, entry_labels labels) {
    std::set<std::string> once(labels.tags.begin(), labels.tags.end());
    once.erase("");
    labels.tags.assign(once.begin(), once.end());
    entries_[id] = {std::move(vector), std::move(labels)};
}

std::vector<search_hit> naive_index::search(const std::vector<float>& query, std::size_t k,
                                            const entry_labels& wanted) const {
    std::vector<search_hit> hits;
    for (const auto& [id, entry] : entries_) {
        if (!fits(entry.labels, wanted)) continue;
        double sum = 0;
        for (std::size_t i = 0; i < query.size(); ++i) {
            sum += static_cast<double>(query[i]) * entry.vector[i];
        }
        hits.push_back({id, static_cast<float>(sum)});
    }
    std::ranges::sort(hits, [](const auto& a, const auto& b) {
        return a.score != b.score ? a.score > b.score : a.id < b.id;
    });
    hits.resize(std::min(k, hits.size()));
    return hits;
}

void vector_contract::upsert(std::int64_t id, const std::vector<float>& vector,
                             const entry_labels& labels) {
    index_->upsert(id, vector, labels);
    judge_.upsert(id, vector, labels);
}

void vector_contract::remove(std::int64_t id) {
    EXPECT_EQ(index_->remove(id), judge_.remove(id)) << id;
}

entry_labels vector_contract::labels_of(std::int64_t id) {
    entry_labels labels{"owner" + std::to_string(id % 10), "style" + std::to_string(id % 3), {}};
    for (int tag = 2; tag < 60; ++tag) {
        if (id % tag == 0) labels.tags.push_back("multiple of " + std::to_string(tag));
    }
    return labels;
}

void vector_contract::fill(std::int64_t count) {
    for (std::int64_t id = 0; id < count; ++id) {
        upsert(id, source_.next(), labels_of(id));
    }
}

double vector_contract::recall(const vector_index& index, const entry_labels& wanted,
                               std::size_t k) {
    std::size_t expected = 0;
    std::size_t found = 0;
    for (int query = 0; query < queries_count; ++query) {
        const auto vector = source_.next();
        auto best = judge_.search(vector, judge_.entries().size(), wanted);
        std::map<std::int64_t, float> truth;
        for (const auto& hit : best) {
            truth[hit.id] = hit.score;
        }
        best.resize(std::min(k, best.size()));
        const auto hits = index.search(vector, k, wanted);
        EXPECT_EQ(hits.size(), best.size());
        if (best.empty()) continue;
        std::set<std::int64_t> ids;
        for (const auto& hit : hits) {
            EXPECT_TRUE(truth.contains(hit.id)) << hit.id << " does not fit or is not there";
            EXPECT_NEAR(hit.score, truth[hit.id], score_tolerance);
            ids.insert(hit.id);
        }
        EXPECT_EQ(ids.size(), hits.size()) << "an id comes twice";
        EXPECT_TRUE(std::ranges::is_sorted(hits, std::greater(), &search_hit::score));
        expected += best.size();
        // Of those that are equally good any will do.
        found += static_cast<std::size_t>(std::ranges::count_if(hits, [&](const search_hit& hit) {
            return truth[hit.id] >= best.back().score - equally_good;
        }));
    }
    return expected == 0 ? 1 : static_cast<double>(found) / static_cast<double>(expected);
}

void vector_contract::expect_same_entries(const vector_index& index) {
    EXPECT_EQ(index.size(), judge_.entries().size());
    auto ids = index.ids();
    std::ranges::sort(ids);
    std::vector<std::int64_t> wanted;
    for (const auto& [id, entry] : judge_.entries()) {
        wanted.push_back(id);
        const auto found = index.find(id);
        ASSERT_TRUE(found) << id;
        EXPECT_EQ(found->labels, entry.labels);
        ASSERT_EQ(found->vector.size(), entry.vector.size());
        for (std::size_t i = 0; i < entry.vector.size(); ++i) {
            EXPECT_NEAR(found->vector[i], entry.vector[i], 1e-3F);
        }
    }
    EXPECT_EQ(ids, wanted);
}

}  // namespace medusa
