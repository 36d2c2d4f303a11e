// Which slot an id lies in: four bytes an entry or a little more, because the ids themselves are in
// a column of the index. Any thread; each call locks one of many parts for a moment.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "search/column.hpp"

namespace medusa {

class slot_map {
public:
    // ids[slot] is the id of each slot that is put in, and stays so while it is in.
    explicit slot_map(const column<std::int64_t>& ids) : ids_(ids) {}

    std::optional<std::uint32_t> find(std::int64_t id) const;
    // The slot that was there for ids[slot], if any.
    std::optional<std::uint32_t> put(std::uint32_t slot);
    std::optional<std::uint32_t> take(std::int64_t id);

private:
    static constexpr std::size_t parts_count = 64;  // so that growing one stays below 1 ms
    struct part {
        mutable std::shared_mutex mutex;
        std::vector<std::uint32_t> table;  // open addressing; a power of two, at most 3/4 full
        std::size_t used = 0;
    };
    std::int64_t id_in(std::uint32_t slot) const;
    std::size_t place_of(const part& where, std::int64_t id) const;
    void grow(part& where) const;

    const column<std::int64_t>& ids_;
    std::array<part, parts_count> parts_;
};

}  // namespace medusa
