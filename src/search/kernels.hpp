// Inner products, as fast as this processor can: AVX-512 with VNNI, AVX2, or plain code, chosen
// once at run time. Stateless: any thread. Lengths are multiples of `kernel_step` (pad with zeros);
// pointers need no alignment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace medusa {

inline constexpr std::size_t kernel_step = 64;

constexpr std::size_t padded_dimension(std::size_t dimension) {
    return (dimension + kernel_step - 1) / kernel_step * kernel_step;
}

struct kernels {
    std::string_view name;
    // Sum of a[i] * b[i].
    float (*dot)(const float* a, const float* b, std::size_t length);
    // The same of 8-bit codes from -127 to 127.
    std::int32_t (*dot_codes)(const std::int8_t* a, const std::int8_t* b, std::size_t length);
    // Sum of query[i] * (4 * high[i] + low_i - 2). Byte j of `low` (length / 4 bytes) holds two
    // bits for each of i = j, j + length/4, j + 2 * length/4, j + 3 * length/4, lowest first.
    float (*dot_fine)(const float* query, const std::int8_t* high, const std::uint8_t* low,
                      std::size_t length);
};

// The fastest first, plain code last.
std::span<const kernels> usable_kernels();

inline const kernels& fastest_kernels() {
    return usable_kernels().front();
}

}  // namespace medusa
