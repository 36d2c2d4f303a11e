// The vector index port: which entries are nearest in meaning to a text's vector.
//
// Derived from the store and made anew from it at any time. Owned by app; every function may be
// called from any thread. Writers wait for each other; a search waits for none of them (but where
// entries are replaced faster than it looks, for one), and sees an entry that is replaced meanwhile
// as it was or as it is, never neither. A search that starts after
// an upsert or a remove has returned sees what that did.
// Errors: error(invalid_argument) for a vector of another dimension, with NaN or infinity in it, or
// not of unit length. Snapshots: see snapshot.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace medusa {

// How far the squared length of a "unit" vector may be from 1: room for half precision.
inline constexpr double unit_tolerance = 4e-3;

// What the vectors of an index have in common. Vectors of two models are never compared.
struct vector_space {
    std::size_t dimension = 0;
    std::string model;
};

// What an entry is labelled with; as a filter: what an entry must be labelled with to be found.
// Compared byte by byte, so that both are folded to one case before they come here.
struct entry_labels {
    std::string owner;              // empty: none; as a filter: any
    std::string style;              // likewise
    std::vector<std::string> tags;  // as a filter: all of them; empty ones say nothing
    friend bool operator==(const entry_labels&, const entry_labels&) = default;
};

struct search_hit {
    std::int64_t id = 0;
    float score = 0;  // the cosine of both vectors, -1 to 1
    friend bool operator==(const search_hit&, const search_hit&) = default;
};

struct indexed_entry {
    std::vector<float> vector;  // as far as the index kept it: within 0.001 of each number
    entry_labels labels;        // tags in alphabetical order, each once
};

class vector_index {
public:
    virtual ~vector_index() = default;

    // Adds the entry, or replaces the one of that id.
    virtual void upsert(std::int64_t id, std::span<const float> vector,
                        const entry_labels& labels) = 0;
    // False when there is none of that id.
    virtual bool remove(std::int64_t id) = 0;

    // The `k` nearest entries that fit the filter (fewer when there are not so many), the best
    // first; equal scores by id.
    virtual std::vector<search_hit> search(std::span<const float> query, std::size_t k,
                                           const entry_labels& filter = {}) const = 0;
    virtual std::optional<indexed_entry> find(std::int64_t id) const = 0;
    // All of them, in no order.
    virtual std::vector<std::int64_t> ids() const = 0;
    virtual std::size_t size() const = 0;

    // Writes everything to one file, which appears whole or not at all. `position` is the caller's
    // note of how far the store is followed, given back when the file is loaded. Writers wait
    // meanwhile, searches do not. Nothing of a removed entry is in it.
    virtual void save(const std::filesystem::path& path, std::string_view position) = 0;
};

}  // namespace medusa
