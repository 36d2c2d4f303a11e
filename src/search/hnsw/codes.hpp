// Vectors in ten bits a number instead of 32: eight to find candidates by, two more to rank them.
//
// A vector's numbers are multiples of its own step, from -510 to 509. `high` is a fourth of that,
// rounded, and `low` what is missing. On vectors of texts the score of two rounded vectors is off
// by some 0.0005 with eight bits, by 0.0001 with ten. One writer at a time, any number of readers,
// each slot as entry_table.hpp says.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/column.hpp"
#include "search/kernels.hpp"
#include "search/snapshot.hpp"

namespace medusa {

// What is searched for.
struct coded_query {
    std::vector<float> exact;  // padded
    std::vector<std::int8_t> high;
    float step = 0;  // of one unit of `high`
};

class code_columns {
public:
    // Of vectors padded to `padded` numbers.
    explicit code_columns(std::size_t padded);

    static coded_query coded(std::vector<float> padded);

    void make_room(std::uint32_t slot);
    void put(std::uint32_t slot, std::span<const float> padded);

    // By the eight bits.
    float score(const coded_query& query, std::uint32_t slot) const {
        return query.step * *steps_.at(slot) *
               static_cast<float>(
                   kernels_.dot_codes(query.high.data(), high_.at(slot), high_.width()));
    }
    float score(std::uint32_t a, std::uint32_t b) const {
        return *steps_.at(a) * *steps_.at(b) *
               static_cast<float>(kernels_.dot_codes(high_.at(a), high_.at(b), high_.width()));
    }
    // By the query's own numbers and all ten bits.
    float exact_score(const coded_query& query, std::uint32_t slot) const {
        return *steps_.at(slot) / 4 *
               kernels_.dot_fine(query.exact.data(), high_.at(slot), low_.at(slot), high_.width());
    }
    // The eight bits of a slot will be read soon.
    void prefetch(std::uint32_t slot) const;
    std::vector<float> vector_at(std::uint32_t slot) const;

    void write(snapshot_writer& to, std::span<const std::uint32_t> slots) const;
    // Slots 0 to count - 1.
    void read(snapshot_reader& from, std::uint32_t count);

private:
    const kernels& kernels_ = fastest_kernels();
    column<std::int8_t> high_;
    column<std::uint8_t> low_;
    column<float> steps_;
};

}  // namespace medusa
