#include "search/hnsw/graph.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

namespace medusa {
namespace {

constexpr unsigned level_max = 12;  // one slot in 16^12
constexpr std::size_t no_bound = SIZE_MAX;

}  // namespace

graph::graph(const code_columns& codes, std::function<bool(std::uint32_t)> alive)
    : codes_(codes), alive_(std::move(alive)) {}

graph::~graph() {
    for (std::uint32_t slot = 0; slot < end_; ++slot) {
        delete[] *towers_.at(slot);
    }
}

void graph::make_room(std::uint32_t slot) {
    ground_.make_room(slot);
    towers_.make_room(slot);
    end_ = std::max(end_, slot + 1);
}

std::span<std::uint32_t> graph::links(std::uint32_t slot, unsigned level) const {
    if (level == 0) return {ground_.at(slot), links_of_ground};
    return {*towers_.at(slot) + 1 + (level - 1) * links_of_level, links_of_level};
}

unsigned graph::level_at(std::uint32_t slot) const {
    const auto* tower = *towers_.at(slot);
    return tower == nullptr ? 0 : tower[0];
}

void graph::build_tower(std::uint32_t slot, unsigned level) {
    delete[] std::exchange(*towers_.at(slot), nullptr);
    std::ranges::fill(links(slot, 0), 0);
    if (level == 0) return;
    *towers_.at(slot) = new std::uint32_t[1 + level * links_of_level]{level};
}

std::vector<std::uint32_t> graph::linked(std::uint32_t slot, unsigned level) const {
    std::vector<std::uint32_t> slots;
    for (const auto link : links(slot, level)) {
        if (link == 0) break;
        slots.push_back(link - 1);
    }
    return slots;
}

void graph::set_links(std::uint32_t slot, unsigned level, std::span<const scored_slot> to) {
    const auto places = links(slot, level);
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto link = i < to.size() ? to[i].slot + 1 : 0;
        std::atomic_ref(places[i]).store(link, std::memory_order_release);
    }
}

// Algorithm 4: the nearest, each only if it is nearer to the slot than to one that was chosen
// before, so that links lead into all directions.
std::vector<scored_slot> graph::chosen(std::vector<scored_slot> candidates,
                                       std::size_t count) const {
    std::ranges::sort(candidates, scores_more);
    std::vector<scored_slot> kept;
    for (const auto& candidate : candidates) {
        if (kept.size() == count) break;
        const bool own_direction = std::ranges::all_of(kept, [&](const scored_slot& other) {
            return codes_.score(candidate.slot, other.slot) <= candidate.score;
        });
        if (own_direction) kept.push_back(candidate);
    }
    return kept;
}

void graph::add_link(std::uint32_t slot, unsigned level, scored_slot to) {
    const auto places = links(slot, level);
    std::vector<scored_slot> all{to};
    for (const auto other : linked(slot, level)) {
        if (other == to.slot) return;
        all.push_back({0, other});
    }
    if (all.size() <= places.size()) {
        std::atomic_ref(places[all.size() - 1]).store(to.slot + 1, std::memory_order_release);
        return;
    }
    for (auto& candidate : std::span(all).subspan(1)) {
        candidate.score = codes_.score(slot, candidate.slot);
    }
    std::erase_if(all, [&](const scored_slot& candidate) { return !alive_(candidate.slot); });
    set_links(slot, level, chosen(std::move(all), places.size()));
}

void graph::connect(std::uint32_t slot, unsigned level, std::vector<scored_slot> candidates) {
    std::erase_if(candidates, [&](const scored_slot& other) { return other.slot == slot; });
    const auto to = chosen(std::move(candidates), links_of_level);
    set_links(slot, level, to);
    for (const auto& other : to) {
        add_link(other.slot, level, {other.score, slot});
    }
}

scored_slot graph::descend(const coded_query& query, start from, unsigned level) const {
    scored_slot best{codes_.score(query, slot_of(from)), slot_of(from)};
    for (auto at = level_of(from); at > level; --at) {
        while (true) {
            const auto here = best;
            for (auto& place : links(here.slot, at)) {
                const auto link = std::atomic_ref(place).load(std::memory_order_acquire);
                if (link == 0) break;
                const auto score = codes_.score(query, link - 1);
                if (score > best.score) best = {score, link - 1};
            }
            if (best.slot == here.slot) break;
        }
    }
    return best;
}

// Algorithm 1. Links to the slot appear only after its own, from the ground up.
void graph::add(std::uint32_t slot, const coded_query& code) {
    const double dice = std::uniform_real_distribution<double>(1e-18, 1)(dice_);
    const auto level = std::min(
        level_max, static_cast<unsigned>(-std::log(dice) / std::log(double{links_of_level})));
    build_tower(slot, level);
    const start own = std::uint64_t{level} << 32 | slot;
    const auto from = start_.load();
    if (from == no_start) {
        start_.store(own);
        return;
    }
    auto near = descend(code, from, level);
    std::vector<std::vector<scored_slot>> candidates(std::min(level, level_of(from)) + 1);
    for (auto at = candidates.size(); at-- > 0;) {
        search_level(code, near, static_cast<unsigned>(at), link_breadth, no_bound, path_, alive_);
        candidates[at] = path_.found;
        const auto best = std::ranges::max_element(path_.found, scores_less);
        if (best != path_.found.end()) near = *best;
    }
    // Among removed slots only: whatever comes next begins at this one.
    if (candidates[0].empty()) start_.store(own);
    for (std::size_t at = 0; at < candidates.size(); ++at) {
        connect(slot, static_cast<unsigned>(at), std::move(candidates[at]));
    }
    if (level > level_of(from)) start_.store(own);
}

// The slot's links to removed slots are replaced by those that these had.
void graph::lead_around(std::uint32_t slot, unsigned level) {
    std::vector<std::uint32_t> near;
    const auto before = linked(slot, level);
    for (const auto other : before) {
        if (alive_(other)) {
            near.push_back(other);
        } else if (alive_(slot)) {
            std::ranges::copy_if(linked(other, level), std::back_inserter(near), alive_);
        }
    }
    std::ranges::sort(near);
    const auto repeats = std::ranges::unique(near);
    near.erase(repeats.begin(), repeats.end());
    std::erase(near, slot);
    std::vector<scored_slot> candidates;
    for (const auto other : near) {
        candidates.push_back({codes_.score(slot, other), other});
    }
    const auto to = chosen(std::move(candidates), links(slot, level).size());
    set_links(slot, level, to);
    for (const auto& other : to) {
        if (std::ranges::find(before, other.slot) == before.end()) {
            add_link(other.slot, level, {other.score, slot});
        }
    }
}

std::vector<std::uint32_t> graph::sweep(std::uint32_t slots) {
    if (leaving_.empty()) {
        leaving_ = std::exchange(removed_, {});
        swept_ = 0;
    }
    if (leaving_.empty()) return {};
    const auto until = std::min(end_, slots > end_ - swept_ ? end_ : swept_ + slots);
    for (; swept_ < until; ++swept_) {
        for (unsigned level = 0; level <= level_at(swept_); ++level) {
            if (!std::ranges::all_of(linked(swept_, level), alive_)) lead_around(swept_, level);
        }
    }
    if (swept_ < end_) return {};
    const auto from = start_.load();
    if (from != no_start && !alive_(slot_of(from))) choose_start();
    return std::exchange(leaving_, {});
}

void graph::choose_start() {
    start best = no_start;
    for (std::uint32_t slot = 0; slot < end_; ++slot) {
        if (!alive_(slot)) continue;
        const auto level = level_at(slot);
        if (best == no_start || level > level_of(best)) best = std::uint64_t{level} << 32 | slot;
    }
    start_.store(best);
}

void graph::write(snapshot_writer& to, std::span<const std::uint32_t> slots) const {
    std::vector<std::uint32_t> renumbered(end_);  // the new number plus 1
    for (std::size_t i = 0; i < slots.size(); ++i) {
        renumbered[slots[i]] = static_cast<std::uint32_t>(i + 1);
    }
    const auto from = start_.load();
    to.number(from == no_start ? 0 : renumbered[slot_of(from)]);
    for (const auto slot : slots) {
        const auto level = static_cast<std::uint8_t>(level_at(slot));
        to.bytes(&level, sizeof level);
    }
    for (const auto slot : slots) {
        for (unsigned level = 0; level <= level_at(slot); ++level) {
            std::array<std::uint32_t, links_of_ground> row{};
            const auto places = links(slot, level);
            std::ranges::transform(places, row.begin(), [&](std::uint32_t link) {
                return link == 0 ? 0 : renumbered[link - 1];
            });
            to.array(std::span<const std::uint32_t>(row).first(places.size()));
        }
    }
}

void graph::read(snapshot_reader& from, std::uint32_t count) {
    const auto begin = from.number();
    const auto levels = from.array<std::uint8_t>(count);
    if (begin > count || (begin == 0) != (count == 0)) from.damaged("walks begin nowhere");
    for (std::uint32_t slot = 0; slot < count; ++slot) {
        if (levels[slot] > level_max) from.damaged("a level is too high");
        make_room(slot);
        build_tower(slot, levels[slot]);
        for (unsigned level = 0; level <= levels[slot]; ++level) {
            const auto places = links(slot, level);
            from.bytes(places.data(), places.size_bytes());
            const bool sound = std::ranges::all_of(places, [&](std::uint32_t link) {
                return link == 0 || (link <= count && levels[link - 1] >= level);
            });
            if (!sound) from.damaged("a link leads nowhere");
        }
    }
    if (begin > 0) start_.store(start{levels[begin - 1]} << 32 | (begin - 1));
}

}  // namespace medusa
