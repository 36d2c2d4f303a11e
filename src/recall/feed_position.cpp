#include "recall/feed_position.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

std::optional<std::int64_t> number_in(const std::string& text) {
    if (text.empty() || text.size() > 18) return std::nullopt;
    std::int64_t number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + (c - '0');
    }
    return number;
}

}  // namespace

std::string feed_position::text(time_point now) const {
    return fmt::format("{} {} {} {}", store_id_, settled_, told_, to_rfc3339(now));
}

std::optional<feed_position> feed_position::from(const std::string& text,
                                                 const std::string& store_id,
                                                 std::chrono::milliseconds disorder,
                                                 time_point now) {
    const auto parts = split(text, ' ');
    if (parts.size() != 4 || parts[0] != store_id) return std::nullopt;
    const auto settled = number_in(parts[1]);
    const auto told = number_in(parts[2]);
    if (!settled || !told || *settled > *told) return std::nullopt;
    feed_position position(store_id, disorder);
    position.told_ = *told;
    try {
        position.settled_ = now - from_rfc3339(parts[3]) >= disorder ? *told : *settled;
    } catch (const error&) {
        return std::nullopt;
    }
    return position;
}

std::int64_t feed_position::look_from(std::chrono::milliseconds elapsed) {
    if (settled_ == told_) return told_;
    if (looked_again_ && elapsed - *looked_again_ < second_look) return told_;
    looked_again_ = elapsed;
    return settled_;
}

std::vector<character_change_note> feed_position::unseen(
    std::vector<character_change_note> notes) const {
    std::erase_if(notes, [this](const character_change_note& one) {
        return one.sequence <= settled_ || above_.contains(one.sequence);
    });
    return notes;
}

void feed_position::followed(const std::vector<character_change_note>& notes,
                             std::chrono::milliseconds elapsed, std::int64_t at_least) {
    told_ = std::max(told_, at_least);
    for (const auto& one : notes) {
        told_ = std::max(told_, one.sequence);
        above_.insert(one.sequence);
    }
    if (marks_.empty() || marks_.back().told < told_) marks_.push_back({elapsed, told_});
    while (!marks_.empty() && elapsed - marks_.front().at >= disorder_) {
        settle(marks_.front().told);
        marks_.pop_front();
    }
}

void feed_position::settle(std::int64_t sequence) {
    settled_ = std::max(settled_, sequence);
    above_.erase(above_.begin(), above_.upper_bound(settled_));
}

}  // namespace medusa
