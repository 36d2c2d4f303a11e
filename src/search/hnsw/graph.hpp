// A hierarchical navigable small world: each slot is linked to some that are near it, and a walk
// along the best links comes to the nearest of a query. After Malkov and Yashunin, "Efficient and
// robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs"
// (2016), algorithms 1, 2 and 4.
//
// One writer at a time; readers wait for nobody, because a link is one atomic number, and a slot is
// written before the first link to it. A removed slot stays a stepping stone until sweep() has led
// all links around it; then it may be used anew.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <vector>

#include "search/column.hpp"
#include "search/hnsw/codes.hpp"
#include "search/hnsw/walk.hpp"
#include "search/snapshot.hpp"

namespace medusa {

inline constexpr std::size_t links_of_level = 16;  // "M" of the paper
inline constexpr std::size_t links_of_ground = 2 * links_of_level;
inline constexpr std::size_t link_breadth = 200;  // how many are looked at for new links

class graph {
public:
    // `alive` says whether a slot holds an entry; the codes are those of the slots.
    graph(const code_columns& codes, std::function<bool(std::uint32_t)> alive);
    ~graph();
    graph(const graph&) = delete;
    graph& operator=(const graph&) = delete;

    // Leaves in `path.found` the (about) `breadth` slots nearest to the query among those that
    // accept(slot) lets through, in no order. False when more than `scores_max` slots had to be
    // looked at before that was sure.
    template <typename Accept>
    bool search(const coded_query& query, std::size_t breadth, std::size_t scores_max, walk& path,
                Accept accept) const {
        const auto from = start_.load(std::memory_order_acquire);
        path.found.clear();
        if (from == no_start) return true;
        return search_level(query, descend(query, from, 0), 0, breadth, scores_max, path, accept);
    }

    // --- the writer ---
    void make_room(std::uint32_t slot);
    // Links a slot whose code is in place.
    void add(std::uint32_t slot, const coded_query& code);
    // The slot is alive no more.
    void remove(std::uint32_t slot) { removed_.push_back(slot); }
    // Looks at up to `slots` slots for links to removed ones, and leads them around. Returns the
    // slots that no link leads to any more: once a round, those that were removed before it.
    std::vector<std::uint32_t> sweep(std::uint32_t slots);
    bool to_be_swept() const { return !removed_.empty() || !leaving_.empty(); }

    // The links of these slots, which are alive, all that are so, and swept; then back into an
    // empty graph, as slots 0 to count - 1.
    void write(snapshot_writer& to, std::span<const std::uint32_t> slots) const;
    void read(snapshot_reader& from, std::uint32_t count);

private:
    // Where walks begin: the slot, and its level above it. One number, so that both change at once.
    using start = std::uint64_t;
    static constexpr start no_start = UINT64_MAX;
    static std::uint32_t slot_of(start from) { return static_cast<std::uint32_t>(from); }
    static unsigned level_of(start from) { return static_cast<unsigned>(from >> 32); }

    // The places for links of a slot on a level, slot + 1 each; the first 0 ends them.
    std::span<std::uint32_t> links(std::uint32_t slot, unsigned level) const;
    unsigned level_at(std::uint32_t slot) const;
    void build_tower(std::uint32_t slot, unsigned level);
    std::vector<std::uint32_t> linked(std::uint32_t slot, unsigned level) const;
    void set_links(std::uint32_t slot, unsigned level, std::span<const scored_slot> to);
    void add_link(std::uint32_t slot, unsigned level, scored_slot to);
    std::vector<scored_slot> chosen(std::vector<scored_slot> candidates, std::size_t count) const;
    void connect(std::uint32_t slot, unsigned level, std::vector<scored_slot> candidates);
    void lead_around(std::uint32_t slot, unsigned level);
    void choose_start();

    // The best slot of the levels above `level`.
    scored_slot descend(const coded_query& query, start from, unsigned level) const;
    template <typename Accept>
    bool search_level(const coded_query& query, scored_slot from, unsigned level,
                      std::size_t breadth, std::size_t scores_max, walk& path, Accept accept) const;

    const code_columns& codes_;
    const std::function<bool(std::uint32_t)> alive_;
    column<std::uint32_t> ground_{links_of_ground, page_size::large};
    column<std::uint32_t*> towers_;  // its level, then the links of levels 1 and up; null: level 0
    std::atomic<start> start_{no_start};
    std::uint32_t end_ = 0;
    std::mt19937 dice_{1};
    walk path_;
    std::vector<std::uint32_t> removed_;
    std::vector<std::uint32_t> leaving_;  // removed before the round of the sweep began
    std::uint32_t swept_ = 0;             // slots below have been looked at in this round
};

template <typename Accept>
bool graph::search_level(const coded_query& query, scored_slot from, unsigned level,
                         std::size_t breadth, std::size_t scores_max, walk& path,
                         Accept accept) const {
    auto& [met, ahead, found, batch] = path;
    met.clear();
    ahead.assign(1, from);
    found.clear();
    met.insert(from.slot);
    if (accept(from.slot)) found.push_back(from);
    std::size_t scores = 0;
    while (!ahead.empty()) {
        const auto next = ahead.front();
        if (found.size() == breadth && next.score < found.front().score) break;
        if (scores > scores_max) return false;
        std::ranges::pop_heap(ahead, scores_less);
        ahead.pop_back();
        batch.clear();
        for (auto& place : links(next.slot, level)) {
            const auto link = std::atomic_ref(place).load(std::memory_order_acquire);
            if (link == 0) break;
            if (!met.insert(link - 1)) continue;
            codes_.prefetch(link - 1);
            batch.push_back(link - 1);
        }
        scores += batch.size();
        for (const auto slot : batch) {
            const scored_slot met_now{codes_.score(query, slot), slot};
            if (found.size() == breadth && met_now.score <= found.front().score) continue;
            ahead.push_back(met_now);
            std::ranges::push_heap(ahead, scores_less);
            if (!accept(slot)) continue;
            if (found.size() == breadth) {
                std::ranges::pop_heap(found, scores_more);
                found.pop_back();
            }
            found.push_back(met_now);
            std::ranges::push_heap(found, scores_more);
        }
    }
    return true;
}

}  // namespace medusa
