// Labels as numbers: "label" is an owner, a style or a tag. The book numbers them; a packed list of
// numbers fits 24 bytes beside each entry; and a signature of 64 bits rules most entries out at a
// glance, as a Bloom filter does.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "search/vector_index.hpp"

namespace medusa {

// Four bits of 64 for each label.
std::uint64_t signature_of(std::span<const std::uint32_t> labels);

// An increasing list of numbers, differences in seven bits a byte. All zero: the empty list. What
// does not fit lies on the heap, so whoever packed it calls drop() once; plain bytes otherwise.
class packed_labels {
public:
    static packed_labels of(std::span<const std::uint32_t> increasing);
    std::vector<std::uint32_t> unpacked() const;
    // `wanted` is increasing.
    bool contains(std::span<const std::uint32_t> wanted) const;
    void drop();

private:
    std::span<const std::uint8_t> bytes() const;

    std::array<std::uint8_t, 23> inside_{};
    std::uint8_t size_ = 0;  // of what is inside; 255: an address and a size are
};
static_assert(sizeof(packed_labels) == 24);

// What a search asks of each entry.
struct label_filter {
    std::vector<std::uint32_t> labels;  // increasing
    std::uint64_t signature = 0;
    std::size_t fitting_max = SIZE_MAX;  // at most so many entries fit
};

// Numbers labels, and counts the entries that have each. Any thread reads, one at a time writes.
class label_book {
public:
    label_filter filter_for(const entry_labels& wanted) const;

    // The numbers of an entry's labels, increasing; new ones are made.
    std::vector<std::uint32_t> numbers_for(const entry_labels& labels);
    void count(std::span<const std::uint32_t> labels, std::int64_t change);

    entry_labels named(std::span<const std::uint32_t> labels) const;

    // One label as it is in the book, its kind in front, and back.
    std::string label(std::uint32_t number) const;
    std::uint32_t number(std::string_view label);

private:
    struct facts {
        std::uint32_t number = 0;
        std::atomic<std::int64_t> entries{0};
    };
    struct hashed : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using page = std::unordered_map<std::string, facts, hashed, std::equal_to<>>;
    struct part {
        mutable std::shared_mutex mutex;
        page labels;
    };
    static constexpr std::size_t parts_count = 64;  // so that growing one stays below 1 ms

    std::array<part, parts_count> parts_;
    mutable std::shared_mutex numbered_mutex_;
    std::deque<page::value_type*> numbered_;
};

}  // namespace medusa
