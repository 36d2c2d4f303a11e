// What every index keeps of an entry beside its vector: id and labels, in a slot with a number. An
// adapter adds columns of its own for the vectors.
//
// Any number of readers, one writer at a time, and no reader waits for it. The writer's order:
//     slot = take_slot();  fill the own columns;  show(slot, id, labels);  ... ;  settle(slot)
// From show() on readers meet the entry; settle() takes the former one of that id away. Whoever
// reads holds a guard meanwhile, so that no slot it has met is written anew.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "search/column.hpp"
#include "search/labels.hpp"
#include "search/reading_epochs.hpp"
#include "search/slot_map.hpp"
#include "search/snapshot.hpp"

namespace medusa {

// After so many searches that were in vain, since entries were replaced faster than it looked, a
// search has writers wait for the next one.
inline constexpr int searches_beside_writers = 3;

class entry_table {
public:
    entry_table() = default;
    ~entry_table();
    entry_table(const entry_table&) = delete;
    entry_table& operator=(const entry_table&) = delete;

    // --- readers ---
    reading_epochs::reader guard() const { return epochs_.enter(); }
    // Every entry's slot is below.
    std::uint32_t end() const { return end_.load(std::memory_order_acquire); }
    std::size_t size() const { return size_.load(); }
    std::optional<std::uint32_t> find(std::int64_t id) const { return slots_.find(id); }
    // Empty when no entry is there (any more). After an id was got, the slot may be read.
    std::optional<std::int64_t> id_at(std::uint32_t slot) const;
    label_filter filter_for(const entry_labels& wanted) const { return book_.filter_for(wanted); }
    // The id of the entry in the slot, if it fits.
    std::optional<std::int64_t> fitting(std::uint32_t slot, const label_filter& filter) const;
    // Calls visit() with the slots of all entries that fit, many at a time.
    template <typename Visit>
    void for_each_fitting(const label_filter& filter, Visit visit) const {
        std::vector<std::uint32_t> slots;
        for (std::uint32_t first = 0, all = end(); first < all; first += chunk_slots) {
            look_through(first, std::min(all, first + chunk_slots), filter, slots);
            visit(std::span<const std::uint32_t>(slots));
        }
    }
    entry_labels labels_at(std::uint32_t slot) const;
    std::vector<std::int64_t> ids() const;

    // An entry that is replaced during a search changes its slot, perhaps from one that the search
    // has still to come to into one that it has passed. So a search takes the mark before it, and
    // afterwards has the new slots offered. False: there were too many, or they come faster than
    // they are looked at; search again.
    std::uint64_t move_mark() const { return moves_.load(); }
    template <typename Offer>
    bool offer_moved(std::uint64_t mark, Offer offer) const {
        // Once more whenever one was replaced again while it was looked at.
        for (int look = 0; look < looks_at_moves; ++look) {
            const auto now = moves_.load();
            if (now == mark) return true;
            if (!offer_moves(mark, now, offer)) return false;
            mark = now;
        }
        return false;
    }

    // --- the writer ---
    // One that no reader can meet. Throws error(quota) when `slots_max` are taken.
    std::uint32_t take_slot();
    void show(std::uint32_t slot, std::int64_t id, const entry_labels& labels);
    // The slot of the entry that was replaced, which nobody meets any more.
    std::optional<std::uint32_t> settle(std::uint32_t slot);
    // The slot of the entry that was removed; empty when there is none of that id.
    std::optional<std::uint32_t> remove(std::int64_t id);
    // The slot, which was settled or removed before, may be taken again: nothing leads to it.
    void retire(std::uint32_t slot) { epochs_.retire(slot); }

    // Ids and labels of these slots, in this order, with the names of those labels.
    void write(snapshot_writer& to, std::span<const std::uint32_t> slots) const;
    // Into an empty table, whose slots from 0 on they get.
    void read(snapshot_reader& from);

private:
    static constexpr std::int64_t no_id = std::numeric_limits<std::int64_t>::min();
    static constexpr std::size_t moves_remembered = 256;
    static constexpr int looks_at_moves = 16;

    void show(std::uint32_t slot, std::int64_t id, std::span<const std::uint32_t> labels);
    void hide(std::uint32_t slot);
    // The slots from `first` on and before `end`, of one chunk, whose entries fit.
    void look_through(std::uint32_t first, std::uint32_t end, const label_filter& filter,
                      std::vector<std::uint32_t>& slots) const;
    bool offer_moves(std::uint64_t from, std::uint64_t to,
                     const std::function<void(std::uint32_t)>& offer) const;

    column<std::int64_t> ids_;
    column<std::uint64_t> signatures_;
    column<packed_labels> labels_;
    label_book book_;
    slot_map slots_{ids_};
    reading_epochs epochs_;
    std::atomic<std::uint32_t> end_{0};
    std::atomic<std::size_t> size_{0};
    std::vector<std::uint32_t> free_;
    std::array<std::atomic<std::uint32_t>, moves_remembered> moved_{};
    std::atomic<std::uint64_t> moves_{0};
};

}  // namespace medusa
