#include "search/hnsw/hnsw_index.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "search/best_hits.hpp"
#include "search/entry_table.hpp"
#include "search/hnsw/codes.hpp"
#include "search/hnsw/graph.hpp"
#include "search/snapshot.hpp"
#include "search/unit_vector.hpp"

namespace medusa {
namespace {

constexpr std::size_t breadth_per_hit = 2;
// So few are sooner scored each than found by a walk.
constexpr std::size_t scored_each_max = 1'000;
// Likewise when fewer than one of so many fit, since a walk meets those that do not fit as well.
constexpr std::size_t fitting_one_of = 25;
// A walk that has scored so many gives way to looking at each entry that fits.
constexpr std::size_t scores_max = 60'000;
// How many entries before it is scored the memory of one is asked for.
constexpr std::size_t fetched_ahead = 8;
// A write takes a share of the work that removed entries leave behind.
constexpr std::uint32_t swept_per_write = 64;

class hnsw_index final : public vector_index {
public:
    hnsw_index(vector_space space, const hnsw_settings& settings)
        : space_(std::move(space)),
          settings_(settings),
          codes_(padded_dimension(space_.dimension)) {}

    hnsw_index(snapshot_reader& from, const hnsw_settings& settings)
        : hnsw_index(from.head().space, settings) {
        entries_.read(from);
        codes_.read(from, entries_.end());
        graph_.read(from, entries_.end());
        from.finish();
    }

    void upsert(std::int64_t id, std::span<const float> vector,
                const entry_labels& labels) override {
        auto padded = checked_unit_vector(vector, space_);
        const std::lock_guard lock(writing_);
        const auto slot = entries_.take_slot();
        codes_.make_room(slot);
        graph_.make_room(slot);
        codes_.put(slot, padded);
        entries_.show(slot, id, labels);
        graph_.add(slot, code_columns::coded(std::move(padded)));
        if (const auto former = entries_.settle(slot)) graph_.remove(*former);
        sweep(swept_per_write);
    }

    bool remove(std::int64_t id) override {
        const std::lock_guard lock(writing_);
        const auto slot = entries_.remove(id);
        if (slot) graph_.remove(*slot);
        sweep(swept_per_write);
        return slot.has_value();
    }

    std::vector<search_hit> search(std::span<const float> query, std::size_t k,
                                   const entry_labels& wanted) const override {
        const auto code = code_columns::coded(checked_unit_vector(query, space_));
        if (k == 0) return {};
        const auto guard = entries_.guard();
        const auto filter = entries_.filter_for(wanted);
        const auto fitting = std::min(filter.fitting_max, entries_.size());
        if (fitting == 0) return {};
        const auto breadth = std::max(settings_.breadth, breadth_per_hit * k);
        const bool few = fitting <= std::max(scored_each_max, 8 * breadth) ||
                         fitting <= entries_.size() / fitting_one_of;
        if (!few) {
            const auto hits = walked(code, k, breadth, filter);
            // Fewer than there should be when less fits than each of its labels let expect.
            if (hits && hits->size() >= std::min(k, fitting)) return *hits;
        }
        return looked_at_each(code, k, breadth, filter);
    }

    std::optional<indexed_entry> find(std::int64_t id) const override {
        const auto guard = entries_.guard();
        const auto slot = entries_.find(id);
        if (!slot) return {};
        auto vector = codes_.vector_at(*slot);
        vector.resize(space_.dimension);
        return indexed_entry{std::move(vector), entries_.labels_at(*slot)};
    }

    std::vector<std::int64_t> ids() const override { return entries_.ids(); }
    std::size_t size() const override { return entries_.size(); }

    void save(const std::filesystem::path& path, std::string_view position) override {
        const std::lock_guard lock(writing_);
        while (graph_.to_be_swept()) {
            sweep(UINT32_MAX);
        }
        std::vector<std::uint32_t> slots;
        for (std::uint32_t slot = 0; slot < entries_.end(); ++slot) {
            if (entries_.id_at(slot)) slots.push_back(slot);
        }
        snapshot_writer to(
            path, {std::string(hnsw_index_kind.name), space_, std::string(position), slots.size()});
        entries_.write(to, slots);
        codes_.write(to, slots);
        graph_.write(to, slots);
        to.finish();
    }

private:
    void sweep(std::uint32_t slots) {
        for (const auto slot : graph_.sweep(slots)) {
            entries_.retire(slot);
        }
    }

    // Empty when the walk became too long, or too many entries were replaced meanwhile.
    std::optional<std::vector<search_hit>> walked(const coded_query& code, std::size_t k,
                                                  std::size_t breadth,
                                                  const label_filter& filter) const {
        const auto loan = walks_.borrow();
        auto& path = *loan;
        const auto mark = entries_.move_mark();
        const bool sure = graph_.search(code, breadth, scores_max, path, [&](std::uint32_t slot) {
            return entries_.fitting(slot, filter).has_value();
        });
        if (!sure) return {};
        return ranked(code, k, path.found, mark, filter);
    }

    std::vector<search_hit> looked_at_each(const coded_query& code, std::size_t k,
                                           std::size_t breadth, const label_filter& filter) const {
        const auto loan = walks_.borrow();
        auto& found = (*loan).found;
        for (int search = 0;; ++search) {
            std::unique_lock writers(writing_, std::defer_lock);
            if (search == searches_beside_writers) writers.lock();
            found.clear();
            const auto mark = entries_.move_mark();
            entries_.for_each_fitting(filter, [&](std::span<const std::uint32_t> slots) {
                for (std::size_t i = 0; i < slots.size(); ++i) {
                    if (i + fetched_ahead < slots.size()) {
                        codes_.prefetch(slots[i + fetched_ahead]);
                    }
                    const scored_slot met{codes_.score(code, slots[i]), slots[i]};
                    if (found.size() == breadth) {
                        if (met.score <= found.front().score) continue;
                        std::ranges::pop_heap(found, scores_more);
                        found.pop_back();
                    }
                    found.push_back(met);
                    std::ranges::push_heap(found, scores_more);
                }
            });
            if (auto hits = ranked(code, k, found, mark, filter)) return std::move(*hits);
        }
    }

    // The best of what was found, by all that is known of their vectors.
    std::optional<std::vector<search_hit>> ranked(const coded_query& code, std::size_t k,
                                                  std::span<const scored_slot> found,
                                                  std::uint64_t mark,
                                                  const label_filter& filter) const {
        best_hits best(k);
        const auto offer = [&](std::uint32_t slot) {
            if (const auto id = entries_.fitting(slot, filter)) {
                best.offer({*id, codes_.exact_score(code, slot)});
            }
        };
        for (const auto& met : found) {
            offer(met.slot);
        }
        if (!entries_.offer_moved(mark, offer)) return {};
        return std::move(best).sorted();
    }

    const vector_space space_;
    const hnsw_settings settings_;
    mutable std::mutex writing_;
    mutable walk_pool walks_;
    entry_table entries_;
    code_columns codes_;
    graph graph_{codes_, [this](std::uint32_t slot) { return entries_.id_at(slot).has_value(); }};
};

}  // namespace

std::unique_ptr<vector_index> make_hnsw_index(vector_space space, const hnsw_settings& settings) {
    return std::make_unique<hnsw_index>(std::move(space), settings);
}

loaded_index load_hnsw_index(const std::filesystem::path& path, const vector_space& space,
                             const hnsw_settings& settings) {
    snapshot_reader from(path, hnsw_index_kind.name, space);
    auto index = std::make_unique<hnsw_index>(from, settings);
    return {std::move(index), from.head().position};
}

}  // namespace medusa
