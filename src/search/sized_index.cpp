#include "search/sized_index.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <unordered_set>
#include <utility>

#include "search/best_hits.hpp"
#include "search/snapshot.hpp"

namespace medusa {
namespace {

// Entries that move with each write: enough that all have moved long before as many have come.
constexpr std::size_t moved_per_write = 4;

class sized_index final : public vector_index {
public:
    sized_index(const index_choice& choice, vector_space space)
        : choice_(choice), space_(std::move(space)), small_(choice.small.make(space_)) {}

    // Of one of the two kinds, whichever `loaded` is.
    sized_index(const index_choice& choice, vector_space space, bool is_large,
                std::unique_ptr<vector_index> loaded)
        : sized_index(choice, std::move(space)) {
        if (is_large) {
            show_large(std::move(loaded));
        } else {
            small_ = std::move(loaded);
        }
    }

    void upsert(std::int64_t id, std::span<const float> vector,
                const entry_labels& labels) override {
        const std::lock_guard lock(writing_);
        if (large_.load() == nullptr && small_->size() >= choice_.large_from) {
            to_move_ = small_->ids();
            show_large(choice_.large.make(space_));
        }
        auto* large = large_.load();
        if (large == nullptr) {
            small_->upsert(id, vector, labels);
            return;
        }
        large->upsert(id, vector, labels);
        small_->remove(id);
        move(moved_per_write);
    }

    bool remove(std::int64_t id) override {
        const std::lock_guard lock(writing_);
        const bool was_small = small_->remove(id);
        auto* large = large_.load();
        return (large != nullptr && large->remove(id)) || was_small;
    }

    // The small one first: what is missed there has moved on by now.
    std::vector<search_hit> search(std::span<const float> query, std::size_t k,
                                   const entry_labels& filter) const override {
        auto hits = small_->search(query, k, filter);
        const auto* large = large_.load();
        if (large == nullptr) return hits;
        const auto others = large->search(query, k, filter);
        std::unordered_set<std::int64_t> moved;
        for (const auto& hit : others) {
            moved.insert(hit.id);
        }
        std::erase_if(hits, [&](const search_hit& hit) { return moved.contains(hit.id); });
        hits.insert(hits.end(), others.begin(), others.end());
        std::ranges::sort(hits, better);
        hits.resize(std::min(hits.size(), k));
        return hits;
    }

    std::optional<indexed_entry> find(std::int64_t id) const override {
        auto found = small_->find(id);
        const auto* large = large_.load();
        if (!found && large != nullptr) return large->find(id);
        return found;
    }

    std::vector<std::int64_t> ids() const override {
        auto all = small_->ids();
        if (const auto* large = large_.load()) {
            const auto others = large->ids();
            all.insert(all.end(), others.begin(), others.end());
            std::ranges::sort(all);
            const auto repeats = std::ranges::unique(all);
            all.erase(repeats.begin(), repeats.end());
        }
        return all;
    }

    std::size_t size() const override {
        const auto* large = large_.load();
        return small_->size() + (large == nullptr ? 0 : large->size());
    }

    void save(const std::filesystem::path& path, std::string_view position) override {
        const std::lock_guard lock(writing_);
        move(to_move_.size());
        auto* large = large_.load();
        (large == nullptr ? *small_ : *large).save(path, position);
    }

private:
    void show_large(std::unique_ptr<vector_index> large) {
        large_owner_ = std::move(large);
        large_.store(large_owner_.get());
    }

    void move(std::size_t count) {
        for (; count > 0 && !to_move_.empty(); --count, to_move_.pop_back()) {
            const auto id = to_move_.back();
            const auto entry = small_->find(id);
            if (!entry) continue;
            large_.load()->upsert(id, entry->vector, entry->labels);
            small_->remove(id);
        }
    }

    const index_choice choice_;
    const vector_space space_;
    std::mutex writing_;
    std::unique_ptr<vector_index> small_;
    std::unique_ptr<vector_index> large_owner_;
    std::atomic<vector_index*> large_{nullptr};
    std::vector<std::int64_t> to_move_;  // ids that were in the small one when the large one came
};

}  // namespace

std::unique_ptr<vector_index> make_sized_index(const index_choice& choice, vector_space space) {
    return std::make_unique<sized_index>(choice, std::move(space));
}

loaded_index load_sized_index(const index_choice& choice, const std::filesystem::path& path,
                              const vector_space& space) {
    const bool is_large = read_snapshot_head(path).kind == choice.large.name;
    auto loaded = (is_large ? choice.large : choice.small).load(path, space);
    return {std::make_unique<sized_index>(choice, space, is_large, std::move(loaded.index)),
            std::move(loaded.position)};
}

}  // namespace medusa
