#include "search/slot_map.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace medusa {
namespace {

constexpr std::uint32_t nothing = UINT32_MAX;
constexpr std::size_t table_min = 16;

// The finaliser of splitmix64: ids that follow each other are spread evenly.
std::uint64_t spread(std::int64_t id) {
    auto bits = static_cast<std::uint64_t>(id) + 0x9e3779b97f4a7c15U;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9U;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebU;
    return bits ^ (bits >> 31);
}

// The upper bits choose the part, the lower ones the place in it.
std::size_t part_of(std::int64_t id) {
    return spread(id) >> 58;
}

}  // namespace

std::int64_t slot_map::id_in(std::uint32_t slot) const {
    return std::atomic_ref(*ids_.at(slot)).load(std::memory_order_relaxed);
}

// Where `id` is in the table, or the empty place where it would be.
std::size_t slot_map::place_of(const part& where, std::int64_t id) const {
    const std::size_t mask = where.table.size() - 1;
    std::size_t place = spread(id) & mask;
    while (where.table[place] != nothing && id_in(where.table[place]) != id) {
        place = (place + 1) & mask;
    }
    return place;
}

void slot_map::grow(part& where) const {
    const auto old = std::exchange(
        where.table,
        std::vector<std::uint32_t>(std::max(table_min, 2 * where.table.size()), nothing));
    for (const auto slot : old) {
        if (slot != nothing) where.table[place_of(where, id_in(slot))] = slot;
    }
}

std::optional<std::uint32_t> slot_map::find(std::int64_t id) const {
    const auto& where = parts_[part_of(id)];
    const std::shared_lock lock(where.mutex);
    if (where.used == 0) return {};
    const auto slot = where.table[place_of(where, id)];
    if (slot == nothing) return {};
    return slot;
}

std::optional<std::uint32_t> slot_map::put(std::uint32_t slot) {
    const auto id = id_in(slot);
    auto& where = parts_[part_of(id)];
    const std::unique_lock lock(where.mutex);
    if (4 * (where.used + 1) > 3 * where.table.size()) grow(where);
    const auto former = std::exchange(where.table[place_of(where, id)], slot);
    if (former != nothing) return former;
    ++where.used;
    return {};
}

std::optional<std::uint32_t> slot_map::take(std::int64_t id) {
    auto& where = parts_[part_of(id)];
    const std::unique_lock lock(where.mutex);
    if (where.used == 0) return {};
    auto hole = place_of(where, id);
    const auto taken = where.table[hole];
    if (taken == nothing) return {};
    --where.used;
    // Those behind the hole move up into it, unless that were before the place they belong to.
    const std::size_t mask = where.table.size() - 1;
    for (auto next = (hole + 1) & mask; where.table[next] != nothing; next = (next + 1) & mask) {
        const auto home = spread(id_in(where.table[next])) & mask;
        if (((next - home) & mask) < ((next - hole) & mask)) continue;
        where.table[hole] = where.table[next];
        hole = next;
    }
    where.table[hole] = nothing;
    return taken;
}

}  // namespace medusa
