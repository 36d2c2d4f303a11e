#include "engine/sketch/dice_random.hpp"

#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cmath>

namespace medusa::sketch {
namespace {

constexpr std::uint32_t fnv_prime = 0x01000193;

// One step of Mulberry32 (Tommy Ettinger, public domain): moves the state on, gives [0, 1).
double next_value(std::uint32_t& state) {
    state += 0x6d2b79f5;
    const std::uint32_t z = state;
    std::uint32_t t = (z ^ (z >> 15)) * (z | 1);
    t ^= t + (t ^ (t >> 7)) * (t | 61);
    return static_cast<double>(t ^ (t >> 14)) / 4294967296.0;
}

// Halves go up, as in JavaScript; std::round would send them away from zero.
double round_half_up(double value) {
    const double below = std::floor(value);
    return value - below >= 0.5 ? below + 1 : below;
}

void sort_unique(std::vector<std::string>& items) {
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
}

std::size_t index_below(double value, std::size_t count) {
    return static_cast<std::size_t>(value * static_cast<double>(count));
}

}  // namespace

std::uint32_t fnv1a(std::string_view text, std::uint32_t state) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto size = static_cast<std::int32_t>(text.size());
    for (std::int32_t i = 0; i < size;) {
        UChar32 code_point = 0;
        U8_NEXT_OR_FFFD(bytes, i, size, code_point);
        if (code_point > 0xffff) {
            state = (state ^ U16_LEAD(code_point)) * fnv_prime;
            code_point = U16_TRAIL(code_point);
        }
        state = (state ^ static_cast<std::uint32_t>(code_point)) * fnv_prime;
    }
    return state;
}

dice_random::dice_random(std::string_view seed) : prefix_(fnv1a(":", fnv1a(seed))) {}

double dice_random::value(std::string_view key) const {
    std::uint32_t state = fnv1a(key, prefix_);
    return next_value(state);
}

bool dice_random::boolean(std::string_view key, double likelihood) const {
    return value(key) * 100 < likelihood;
}

std::int64_t dice_random::integer(std::string_view key, std::int64_t min, std::int64_t max) const {
    if (max < min) std::swap(min, max);
    const double count = static_cast<double>(max - min) + 1;
    return static_cast<std::int64_t>(std::floor(value(key) * count)) + min;
}

double dice_random::floating(std::string_view key, double min, double max, double step) const {
    if (max < min) std::swap(min, max);
    double drawn = 0;
    if (step > 0) {
        const double buckets = std::floor((max - min) / step) + 1;
        drawn = min + std::floor(value(key) * buckets) * step;
    } else {
        drawn = min + value(key) * (max - min);
    }
    return round_half_up(drawn * 10000) / 10000;
}

std::optional<std::string> dice_random::pick(std::string_view key,
                                             std::vector<std::string> items) const {
    if (items.empty()) return std::nullopt;
    sort_unique(items);
    if (items.size() == 1) return items.front();
    return items[index_below(value(key), items.size())];
}

std::optional<std::string> dice_random::weighted_pick(
    std::string_view key, std::vector<std::pair<std::string, double>> weights) const {
    if (weights.empty()) return std::nullopt;
    if (weights.size() == 1) return weights.front().first;
    std::sort(weights.begin(), weights.end());
    double total = 0;
    for (const auto& [name, weight] : weights) total += weight;
    const double drawn = value(key);
    if (total == 0) return weights[index_below(drawn, weights.size())].first;
    double reached = 0;
    for (const auto& [name, weight] : weights) {
        reached += weight;
        if (drawn * total < reached) return name;
    }
    return weights.back().first;
}

std::vector<std::string> dice_random::shuffle(std::string_view key,
                                              std::vector<std::string> items) const {
    if (items.size() <= 1) return items;
    sort_unique(items);
    std::uint32_t state = fnv1a(key, prefix_);
    for (std::size_t i = items.size() - 1; i > 0; --i)
        std::swap(items[i], items[index_below(next_value(state), i + 1)]);
    return items;
}

}  // namespace medusa::sketch
