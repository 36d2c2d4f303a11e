// What every vector index must do: the suite that each adapter's own test instantiates with
// INSTANTIATE_TEST_SUITE_P and its index_kind. Test code; the judge is a plain loop over a map.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "search/index_kind.hpp"
#include "support/child.hpp"

namespace medusa {

inline void PrintTo(const index_kind& kind, std::ostream* out) {
    *out << kind.name;
}

// Vectors that lie in clusters, as those of texts do, from one seed.
class vector_source {
public:
    explicit vector_source(unsigned seed, std::size_t dimension = 64);
    std::vector<float> next();

private:
    std::mt19937 dice_;
    std::size_t dimension_;
    std::vector<std::vector<float>> centres_;
};

// Everything an index was told, searched by looking at each entry.
class naive_index {
public:
    void upsert(std::int64_t id, std::vector<float> vector, entry_labels labels);
    bool remove(std::int64_t id) { return entries_.erase(id) > 0; }
    std::vector<search_hit> search(const std::vector<float>& query, std::size_t k,
                                   const entry_labels& wanted) const;
    const std::map<std::int64_t, indexed_entry>& entries() const { return entries_; }

private:
    std::map<std::int64_t, indexed_entry> entries_;
};

class vector_contract : public testing::TestWithParam<index_kind> {
protected:
    static constexpr std::size_t dimension = 64;
    const vector_space space_{dimension, "model-1"};
    testing_support::scratch_folder folder_;
    std::filesystem::path file_ = folder_.path() / "index.medusa";
    vector_source source_{1};
    std::unique_ptr<vector_index> index_ = GetParam().make(space_);
    naive_index judge_;

    // Into the index and the judge.
    void upsert(std::int64_t id, const std::vector<float>& vector, const entry_labels& labels);
    void remove(std::int64_t id);
    // Entries 0 to count - 1 of ten owners, three styles and a few tags each.
    void fill(std::int64_t count);
    static entry_labels labels_of(std::int64_t id);
    // The share of the judge's hits that the index finds as well, over some queries; the scores of
    // what it finds, and their order, are checked on the way.
    double recall(const vector_index& index, const entry_labels& wanted, std::size_t k = 10);
    // Ids, labels and vectors are the judge's.
    void expect_same_entries(const vector_index& index);
};

}  // namespace medusa
