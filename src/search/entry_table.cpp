#include "search/entry_table.hpp"

#include <algorithm>
#include <atomic>

#include "core/error.hpp"

namespace medusa {
namespace {

// How many entries before it is looked at the memory of one is asked for.
constexpr std::size_t fetched_ahead = 16;

template <typename T>
std::atomic_ref<T> shared(T* value) {
    return std::atomic_ref<T>(*value);
}

}  // namespace

entry_table::~entry_table() {
    for (std::uint32_t slot = 0; slot < end(); ++slot) {
        labels_.at(slot)->drop();
    }
}

std::optional<std::int64_t> entry_table::id_at(std::uint32_t slot) const {
    const auto id = shared(ids_.at(slot)).load(std::memory_order_acquire);
    if (id == no_id) return {};
    return id;
}

std::optional<std::int64_t> entry_table::fitting(std::uint32_t slot,
                                                 const label_filter& filter) const {
    const auto signature = shared(signatures_.at(slot)).load(std::memory_order_acquire);
    if ((signature & filter.signature) != filter.signature) return {};
    const auto id = id_at(slot);
    if (!id || !labels_.at(slot)->contains(filter.labels)) return {};
    return id;
}

void entry_table::look_through(std::uint32_t first, std::uint32_t end, const label_filter& filter,
                               std::vector<std::uint32_t>& slots) const {
    slots.resize(chunk_slots);
    std::size_t count = 0;
    auto* signatures = signatures_.at(first);
    for (auto slot = first; slot < end; ++slot, ++signatures) {
        // No branch: which ones fit is hard to foresee.
        const auto signature = shared(signatures).load(std::memory_order_acquire);
        slots[count] = slot;
        count += (signature & filter.signature) == filter.signature ? 1 : 0;
    }
    auto* ids = ids_.at(first);
    const auto* labels = labels_.at(first);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i + fetched_ahead < count) {
            const auto soon = slots[i + fetched_ahead] - first;
            __builtin_prefetch(ids + soon);
            __builtin_prefetch(labels + soon);
        }
        const auto slot = slots[i];
        if (shared(ids + (slot - first)).load(std::memory_order_acquire) != no_id &&
            labels[slot - first].contains(filter.labels)) {
            slots[kept++] = slot;
        }
    }
    slots.resize(kept);
}

entry_labels entry_table::labels_at(std::uint32_t slot) const {
    return book_.named(labels_.at(slot)->unpacked());
}

std::vector<std::int64_t> entry_table::ids() const {
    std::vector<std::int64_t> all;
    for (std::uint32_t slot = 0; slot < end(); ++slot) {
        const auto id = id_at(slot);
        // A replaced entry has two slots for a moment.
        if (id && slots_.find(*id) == slot) all.push_back(*id);
    }
    return all;
}

bool entry_table::offer_moves(std::uint64_t from, std::uint64_t to,
                              const std::function<void(std::uint32_t)>& offer) const {
    if (to - from >= moves_remembered) return false;
    std::vector<std::uint32_t> slots;
    for (auto move = from; move < to; ++move) {
        slots.push_back(moved_[move % moves_remembered].load());
    }
    // The writer may be at work on the oldest place already.
    if (moves_.load() - from >= moves_remembered) return false;
    std::ranges::for_each(slots, offer);
    return true;
}

std::uint32_t entry_table::take_slot() {
    for (const auto slot : epochs_.collect()) {
        labels_.at(slot)->drop();
        free_.push_back(slot);
    }
    if (!free_.empty()) {
        const auto slot = free_.back();
        free_.pop_back();
        return slot;
    }
    const auto slot = end_.load();
    if (slot == slots_max) throw error(errc::quota, "the search index is full");
    ids_.make_room(slot);
    signatures_.make_room(slot);
    labels_.make_room(slot);
    shared(ids_.at(slot)).store(no_id, std::memory_order_relaxed);
    end_.store(slot + 1, std::memory_order_release);
    return slot;
}

void entry_table::show(std::uint32_t slot, std::int64_t id, const entry_labels& labels) {
    show(slot, id, book_.numbers_for(labels));
}

void entry_table::show(std::uint32_t slot, std::int64_t id, std::span<const std::uint32_t> labels) {
    *labels_.at(slot) = packed_labels::of(labels);
    book_.count(labels, +1);
    shared(signatures_.at(slot)).store(signature_of(labels), std::memory_order_relaxed);
    shared(ids_.at(slot)).store(id, std::memory_order_release);
}

std::optional<std::uint32_t> entry_table::settle(std::uint32_t slot) {
    const auto former = slots_.put(slot);
    if (!former) {
        size_.fetch_add(1);
        return {};
    }
    // Told before the former one is hidden: who misses that one is sure to see this.
    const auto move = moves_.load();
    moved_[move % moves_remembered].store(slot);
    moves_.store(move + 1);
    hide(*former);
    return former;
}

std::optional<std::uint32_t> entry_table::remove(std::int64_t id) {
    const auto slot = slots_.take(id);
    if (!slot) return {};
    size_.fetch_sub(1);
    hide(*slot);
    return slot;
}

void entry_table::hide(std::uint32_t slot) {
    book_.count(labels_.at(slot)->unpacked(), -1);
    shared(signatures_.at(slot)).store(0, std::memory_order_release);
    shared(ids_.at(slot)).store(no_id, std::memory_order_release);
}

void entry_table::write(snapshot_writer& to, std::span<const std::uint32_t> slots) const {
    std::vector<std::int64_t> ids;
    std::vector<std::uint32_t> counts;
    std::vector<std::uint32_t> labels;
    std::vector<std::uint32_t> written;  // by number in the book: number in the file, plus 1
    std::vector<std::string> names;
    for (const auto slot : slots) {
        const auto numbers = labels_.at(slot)->unpacked();
        ids.push_back(*id_at(slot));
        counts.push_back(static_cast<std::uint32_t>(numbers.size()));
        for (const auto number : numbers) {
            if (number >= written.size()) written.resize(2 * std::size_t{number} + 1);
            if (written[number] == 0) {
                names.push_back(book_.label(number));
                written[number] = static_cast<std::uint32_t>(names.size());
            }
            labels.push_back(written[number] - 1);
        }
    }
    to.number(names.size());
    for (const auto& name : names) {
        to.text(name);
    }
    to.array<std::int64_t>(ids);
    to.array<std::uint32_t>(counts);
    to.number(labels.size());
    to.array<std::uint32_t>(labels);
}

void entry_table::read(snapshot_reader& from) {
    const auto names = from.number();
    for (std::uint64_t number = 0; number < names; ++number) {
        if (book_.number(from.text()) != number) from.damaged("a label comes twice");
    }
    const auto ids = from.array<std::int64_t>(from.head().entries);
    const auto counts = from.array<std::uint32_t>(from.head().entries);
    auto labels = from.array<std::uint32_t>(from.number());
    std::size_t before = 0;
    for (std::size_t entry = 0; entry < ids.size(); ++entry) {
        if (counts[entry] > labels.size() - before) from.damaged("labels are missing");
        const auto own = std::span(labels).subspan(before, counts[entry]);
        before += own.size();
        std::ranges::sort(own);
        if (!own.empty() && own.back() >= names) from.damaged("a label has no name");
        const auto slot = take_slot();
        show(slot, ids[entry], own);
        if (ids[entry] == no_id || settle(slot)) from.damaged("an id comes twice");
    }
}

}  // namespace medusa
