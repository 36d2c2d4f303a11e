// How far a follower has come in a change feed, also where changes come to light out of order: what
// was told so far, and below which number nothing is missing any more. Pure; one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "store/change_feed.hpp"

namespace medusa {

class feed_position {
public:
    // How often what is not settled is looked through again for what has come to light since.
    static constexpr std::chrono::milliseconds second_look{30'000};

    // At the start of a store's feed.
    feed_position(std::string store_id, std::chrono::milliseconds disorder)
        : store_id_(std::move(store_id)), disorder_(disorder) {}
    // As text() wrote it, read at the wall clock's `now`. Empty where it is another store's, or no
    // position at all.
    static std::optional<feed_position> from(const std::string& text, const std::string& store_id,
                                             std::chrono::milliseconds disorder, time_point now);
    std::string text(time_point now) const;

    const std::string& store_id() const { return store_id_; }
    std::int64_t told() const { return told_; }

    // What to ask the feed for: changes above this number. `elapsed` never decreases.
    std::int64_t look_from(std::chrono::milliseconds elapsed);
    // Of what the feed told then, what has not been told before.
    std::vector<character_change_note> unseen(std::vector<character_change_note> notes) const;
    // These have been followed, at that time. Everything up to `at_least` is done as well.
    void followed(const std::vector<character_change_note>& notes,
                  std::chrono::milliseconds elapsed, std::int64_t at_least = 0);

private:
    struct mark {
        std::chrono::milliseconds at;
        std::int64_t told;
    };

    void settle(std::int64_t sequence);

    std::string store_id_;
    std::chrono::milliseconds disorder_;
    std::int64_t told_ = 0;         // the highest number that was followed
    std::int64_t settled_ = 0;      // nothing below comes to light any more
    std::set<std::int64_t> above_;  // followed, and above settled_
    std::deque<mark> marks_;        // when told_ was how high, the oldest first
    std::optional<std::chrono::milliseconds> looked_again_;
};

}  // namespace medusa
