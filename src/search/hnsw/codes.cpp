#include "search/hnsw/codes.hpp"

#include <algorithm>
#include <cmath>

namespace medusa {
namespace {

constexpr int high_max = 127;
constexpr std::size_t cache_line_bytes = 64;

// The step by which the largest number becomes 127.
float step_of(std::span<const float> vector) {
    float largest = 0;
    for (const float number : vector) {
        largest = std::max(largest, std::abs(number));
    }
    return largest / high_max;
}

struct split {
    std::int8_t high;
    std::uint8_t low;  // 0 to 3
};

split split_number(float number, float step) {
    const auto fine = static_cast<int>(std::lround(4 * number / step));
    // Rounded down after half of four was added: what is left is from -2 to 1.
    const int high = std::clamp((fine + 2) >> 2, -high_max, high_max);
    const int low = std::clamp(fine - 4 * high + 2, 0, 3);
    return {static_cast<std::int8_t>(high), static_cast<std::uint8_t>(low)};
}

}  // namespace

code_columns::code_columns(std::size_t padded)
    : high_(padded, page_size::large), low_(padded / 4, page_size::large) {}

coded_query code_columns::coded(std::vector<float> padded) {
    coded_query query{std::move(padded), {}, 0};
    query.step = step_of(query.exact);
    for (const float number : query.exact) {
        query.high.push_back(split_number(number, query.step).high);
    }
    return query;
}

void code_columns::make_room(std::uint32_t slot) {
    high_.make_room(slot);
    low_.make_room(slot);
    steps_.make_room(slot);
}

void code_columns::put(std::uint32_t slot, std::span<const float> padded) {
    const float step = step_of(padded);
    *steps_.at(slot) = step;
    const std::size_t quarter = low_.width();
    std::fill_n(low_.at(slot), quarter, std::uint8_t{0});
    for (std::size_t i = 0; i < padded.size(); ++i) {
        const auto [high, low] = split_number(padded[i], step);
        high_.at(slot)[i] = high;
        low_.at(slot)[i % quarter] |= static_cast<std::uint8_t>(low << (2 * (i / quarter)));
    }
}

void code_columns::prefetch(std::uint32_t slot) const {
    const auto* start = high_.at(slot);
    for (std::size_t at = 0; at < high_.width(); at += cache_line_bytes) {
        __builtin_prefetch(start + at);
    }
    __builtin_prefetch(steps_.at(slot));
}

std::vector<float> code_columns::vector_at(std::uint32_t slot) const {
    const std::size_t quarter = low_.width();
    std::vector<float> vector(high_.width());
    for (std::size_t i = 0; i < vector.size(); ++i) {
        const int low = (low_.at(slot)[i % quarter] >> (2 * (i / quarter))) & 3;
        const int fine = 4 * high_.at(slot)[i] + low - 2;
        vector[i] = *steps_.at(slot) / 4 * static_cast<float>(fine);
    }
    return vector;
}

void code_columns::write(snapshot_writer& to, std::span<const std::uint32_t> slots) const {
    for (const auto slot : slots) {
        to.bytes(high_.at(slot), high_.width());
        to.bytes(low_.at(slot), low_.width());
        to.bytes(steps_.at(slot), sizeof(float));
    }
}

void code_columns::read(snapshot_reader& from, std::uint32_t count) {
    from.expect(count, high_.width() + low_.width() + sizeof(float));
    for (std::uint32_t slot = 0; slot < count; ++slot) {
        make_room(slot);
        from.bytes(high_.at(slot), high_.width());
        from.bytes(low_.at(slot), low_.width());
        from.bytes(steps_.at(slot), sizeof(float));
    }
}

}  // namespace medusa
