#include "search/flat/flat_index.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "search/best_hits.hpp"
#include "search/column.hpp"
#include "search/entry_table.hpp"
#include "search/kernels.hpp"
#include "search/snapshot.hpp"
#include "search/unit_vector.hpp"

namespace medusa {
namespace {

class flat_index final : public vector_index {
public:
    explicit flat_index(vector_space space)
        : space_(std::move(space)), vectors_(padded_dimension(space_.dimension)) {}

    explicit flat_index(snapshot_reader& from) : flat_index(from.head().space) {
        entries_.read(from);
        from.expect(from.head().entries, space_.dimension * sizeof(float));
        for (std::uint32_t slot = 0; slot < entries_.end(); ++slot) {
            vectors_.make_room(slot);
            from.bytes(vectors_.at(slot), space_.dimension * sizeof(float));
        }
        from.finish();
    }

    void upsert(std::int64_t id, std::span<const float> vector,
                const entry_labels& labels) override {
        const auto padded = checked_unit_vector(vector, space_);
        const std::lock_guard lock(writing_);
        const auto slot = entries_.take_slot();
        vectors_.make_room(slot);
        std::ranges::copy(padded, vectors_.at(slot));
        entries_.show(slot, id, labels);
        if (const auto former = entries_.settle(slot)) entries_.retire(*former);
    }

    bool remove(std::int64_t id) override {
        const std::lock_guard lock(writing_);
        const auto slot = entries_.remove(id);
        if (slot) entries_.retire(*slot);
        return slot.has_value();
    }

    std::vector<search_hit> search(std::span<const float> query, std::size_t k,
                                   const entry_labels& wanted) const override {
        const auto padded = checked_unit_vector(query, space_);
        if (k == 0) return {};
        const auto guard = entries_.guard();
        const auto filter = entries_.filter_for(wanted);
        if (filter.fitting_max == 0) return {};
        for (int search = 0;; ++search) {
            std::unique_lock writers(writing_, std::defer_lock);
            if (search == searches_beside_writers) writers.lock();
            best_hits best(k);
            const auto offer = [&](std::uint32_t slot) {
                const float score =
                    kernels_.dot(padded.data(), vectors_.at(slot), vectors_.width());
                if (!best.wants(score)) return;
                // It may have been replaced meanwhile, or removed.
                if (const auto id = entries_.fitting(slot, filter)) best.offer({*id, score});
            };
            const auto mark = entries_.move_mark();
            entries_.for_each_fitting(filter, [&](std::span<const std::uint32_t> slots) {
                std::ranges::for_each(slots, offer);
            });
            if (entries_.offer_moved(mark, offer)) return std::move(best).sorted();
        }
    }

    std::optional<indexed_entry> find(std::int64_t id) const override {
        const auto guard = entries_.guard();
        const auto slot = entries_.find(id);
        if (!slot) return {};
        const auto* start = vectors_.at(*slot);
        return indexed_entry{{start, start + space_.dimension}, entries_.labels_at(*slot)};
    }

    std::vector<std::int64_t> ids() const override { return entries_.ids(); }
    std::size_t size() const override { return entries_.size(); }

    void save(const std::filesystem::path& path, std::string_view position) override {
        const std::lock_guard lock(writing_);
        std::vector<std::uint32_t> slots;
        for (std::uint32_t slot = 0; slot < entries_.end(); ++slot) {
            if (entries_.id_at(slot)) slots.push_back(slot);
        }
        snapshot_writer to(
            path, {std::string(flat_index_kind.name), space_, std::string(position), slots.size()});
        entries_.write(to, slots);
        for (const auto slot : slots) {
            to.bytes(vectors_.at(slot), space_.dimension * sizeof(float));
        }
        to.finish();
    }

private:
    const vector_space space_;
    const kernels& kernels_ = fastest_kernels();
    mutable std::mutex writing_;
    entry_table entries_;
    column<float> vectors_;
};

}  // namespace

std::unique_ptr<vector_index> make_flat_index(vector_space space) {
    return std::make_unique<flat_index>(std::move(space));
}

loaded_index load_flat_index(const std::filesystem::path& path, const vector_space& space) {
    snapshot_reader from(path, flat_index_kind.name, space);
    auto index = std::make_unique<flat_index>(from);
    return {std::move(index), from.head().position};
}

}  // namespace medusa
