// One property of all slots of an index, in chunks that never move, so that readers go on while it
// grows. One writer at a time grows it; a slot is read by whoever got its number through an atomic
// from the thread that wrote it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "search/zero_pages.hpp"

namespace medusa {

inline constexpr unsigned chunk_bits = 14;
inline constexpr std::uint32_t chunk_slots = std::uint32_t{1} << chunk_bits;
inline constexpr std::size_t chunks_max = 2'048;
// How many slots an index can have.
inline constexpr std::size_t slots_max = chunks_max * chunk_slots;

template <typename T>
class column {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    // `width` values a slot, all zero at first; `pages` says how they lie in memory.
    explicit column(std::size_t width = 1, page_size pages = page_size::small)
        : width_(width), pages_(pages), starts_(chunks_max) {}

    T* at(std::uint32_t slot) const {
        return starts_[slot >> chunk_bits].load(std::memory_order_relaxed) +
               static_cast<std::size_t>(slot & (chunk_slots - 1)) * width_;
    }
    std::size_t width() const { return width_; }

    // Makes room for `slot`; the ones before it have theirs.
    void make_room(std::uint32_t slot) {
        const std::size_t chunk = slot >> chunk_bits;
        if (chunk < chunks_.size()) return;
        chunks_.emplace_back(chunk_slots * width_ * sizeof(T), pages_);
        starts_[chunk].store(static_cast<T*>(chunks_.back().get()), std::memory_order_relaxed);
    }

private:
    std::size_t width_;
    page_size pages_;
    std::vector<zero_pages> chunks_;
    std::vector<std::atomic<T*>> starts_;
};

}  // namespace medusa
