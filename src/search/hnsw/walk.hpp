// What one walk through the graph needs: which slots it has met, and two heaps. Kept between walks,
// since making it anew costs as much as a short walk. One thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace medusa {

struct scored_slot {
    float score = 0;
    std::uint32_t slot = 0;
};

// Heap orders: the best in front of what is still to be looked at, the worst of what was found.
inline bool scores_less(const scored_slot& a, const scored_slot& b) {
    return a.score < b.score;
}
inline bool scores_more(const scored_slot& a, const scored_slot& b) {
    return a.score > b.score;
}

// A set of slots that stays in the processor's cache: a table as large as the walk is long.
class met_slots {
public:
    void clear() {
        std::ranges::fill(table_, 0);
        size_ = 0;
    }
    // False when it was in already.
    bool insert(std::uint32_t slot) {
        if (2 * ++size_ > table_.size()) grow();
        return place(slot + 1);
    }

private:
    static constexpr std::size_t table_min = 8'192;

    bool place(std::uint32_t key) {
        const std::size_t mask = table_.size() - 1;
        auto at = static_cast<std::size_t>(key * std::uint64_t{0x9e3779b97f4a7c15U} >> 20) & mask;
        while (table_[at] != 0) {
            if (table_[at] == key) return false;
            at = (at + 1) & mask;
        }
        table_[at] = key;
        return true;
    }
    void grow() {
        const auto old = std::exchange(table_, std::vector<std::uint32_t>(2 * table_.size()));
        for (const auto key : old) {
            if (key != 0) place(key);
        }
    }

    std::vector<std::uint32_t> table_ = std::vector<std::uint32_t>(table_min);  // slot + 1; 0: free
    std::size_t size_ = 0;
};

struct walk {
    met_slots met;
    std::vector<scored_slot> ahead;  // best in front
    std::vector<scored_slot> found;  // worst in front
    std::vector<std::uint32_t> batch;
};

// Lends a walk to each of as many threads as come at once.
class walk_pool {
public:
    class loan {
    public:
        loan(walk_pool& pool, std::unique_ptr<walk> lent) : pool_(pool), lent_(std::move(lent)) {}
        loan(const loan&) = delete;
        loan& operator=(const loan&) = delete;
        ~loan() {
            const std::lock_guard lock(pool_.mutex_);
            pool_.idle_.push_back(std::move(lent_));
        }
        walk& operator*() const { return *lent_; }

    private:
        walk_pool& pool_;
        std::unique_ptr<walk> lent_;
    };

    loan borrow() {
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) return {*this, std::make_unique<walk>()};
        auto last = std::move(idle_.back());
        idle_.pop_back();
        return {*this, std::move(last)};
    }

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<walk>> idle_;
};

}  // namespace medusa
