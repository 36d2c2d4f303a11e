#include "search/kernels.hpp"

#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace medusa {
namespace {

float dot_plain(const float* a, const float* b, std::size_t length) {
    std::array<float, 16> sums{};
    for (std::size_t i = 0; i < length; i += sums.size()) {
        for (std::size_t lane = 0; lane < sums.size(); ++lane) {
            sums[lane] += a[i + lane] * b[i + lane];
        }
    }
    float sum = 0;
    for (const float part : sums) {
        sum += part;
    }
    return sum;
}

std::int32_t dot_codes_plain(const std::int8_t* a, const std::int8_t* b, std::size_t length) {
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < length; ++i) {
        sum += a[i] * b[i];
    }
    return sum;
}

float dot_fine_plain(const float* query, const std::int8_t* high, const std::uint8_t* low,
                     std::size_t length) {
    const std::size_t quarter = length / 4;
    float sum = 0;
    for (std::size_t plane = 0; plane < 4; ++plane) {
        for (std::size_t j = 0; j < quarter; ++j) {
            const std::size_t i = plane * quarter + j;
            const int fine = 4 * high[i] + ((low[j] >> (2 * plane)) & 3) - 2;
            sum += query[i] * static_cast<float>(fine);
        }
    }
    return sum;
}

constexpr kernels plain{"plain", dot_plain, dot_codes_plain, dot_fine_plain};

#if defined(__x86_64__)

[[gnu::target("avx2,fma")]] float sum_lanes(__m256 lanes) {
    const __m128 half = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
    const __m128 pair = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(pair, _mm_movehdup_ps(pair)));
}

// Sums are variables of their own, no arrays: AddressSanitizer's frames are not aligned for those.
[[gnu::target("avx2,fma")]] float dot_avx2(const float* a, const float* b, std::size_t length) {
    __m256 sum0 = _mm256_setzero_ps();
    __m256 sum1 = _mm256_setzero_ps();
    __m256 sum2 = _mm256_setzero_ps();
    __m256 sum3 = _mm256_setzero_ps();
    for (const float* end = a + length; a < end; a += 32, b += 32) {
        sum0 = _mm256_fmadd_ps(_mm256_loadu_ps(a), _mm256_loadu_ps(b), sum0);
        sum1 = _mm256_fmadd_ps(_mm256_loadu_ps(a + 8), _mm256_loadu_ps(b + 8), sum1);
        sum2 = _mm256_fmadd_ps(_mm256_loadu_ps(a + 16), _mm256_loadu_ps(b + 16), sum2);
        sum3 = _mm256_fmadd_ps(_mm256_loadu_ps(a + 24), _mm256_loadu_ps(b + 24), sum3);
    }
    return sum_lanes(_mm256_add_ps(_mm256_add_ps(sum0, sum1), _mm256_add_ps(sum2, sum3)));
}

[[gnu::target("avx2,fma")]] __m256i widened_16(const std::int8_t* from) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

// No saturation: of products of 16-bit numbers up to 127 a pair's sum fits 32 bits with ease.
[[gnu::target("avx2,fma")]] std::int32_t dot_codes_avx2(const std::int8_t* a, const std::int8_t* b,
                                                        std::size_t length) {
    __m256i even = _mm256_setzero_si256();
    __m256i odd = _mm256_setzero_si256();
    for (std::size_t i = 0; i < length; i += 32) {
        even = _mm256_add_epi32(even, _mm256_madd_epi16(widened_16(a + i), widened_16(b + i)));
        odd = _mm256_add_epi32(odd,
                               _mm256_madd_epi16(widened_16(a + i + 16), widened_16(b + i + 16)));
    }
    const __m256i lanes = _mm256_add_epi32(even, odd);
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1));
    return _mm_cvtsi128_si32(sum);
}

// Eight numbers of one plane; `low` is shifted so that their bits are the lowest.
[[gnu::target("avx2,fma")]] __m256 add_fine_8(__m256 sum, const float* query,
                                              const std::int8_t* high, __m256i low) {
    const __m256i coarse =
        _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(high)));
    const __m256i rest =
        _mm256_sub_epi32(_mm256_and_si256(low, _mm256_set1_epi32(3)), _mm256_set1_epi32(2));
    const __m256i fine = _mm256_add_epi32(_mm256_slli_epi32(coarse, 2), rest);
    return _mm256_fmadd_ps(_mm256_loadu_ps(query), _mm256_cvtepi32_ps(fine), sum);
}

[[gnu::target("avx2,fma")]] float dot_fine_avx2(const float* query, const std::int8_t* high,
                                                const std::uint8_t* low, std::size_t length) {
    const std::size_t quarter = length / 4;
    __m256 sum0 = _mm256_setzero_ps();
    __m256 sum1 = _mm256_setzero_ps();
    for (std::size_t i = 0; i < quarter; i += 8) {
        const __m256i bits =
            _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(low + i)));
        const std::size_t j = i + quarter;
        const std::size_t k = j + quarter;
        const std::size_t l = k + quarter;
        sum0 = add_fine_8(sum0, query + i, high + i, bits);
        sum1 = add_fine_8(sum1, query + j, high + j, _mm256_srli_epi32(bits, 2));
        sum0 = add_fine_8(sum0, query + k, high + k, _mm256_srli_epi32(bits, 4));
        sum1 = add_fine_8(sum1, query + l, high + l, _mm256_srli_epi32(bits, 6));
    }
    return sum_lanes(_mm256_add_ps(sum0, sum1));
}

constexpr kernels avx2{"avx2", dot_avx2, dot_codes_avx2, dot_fine_avx2};

[[gnu::target("avx512f")]] float dot_avx512(const float* a, const float* b, std::size_t length) {
    __m512 sum0 = _mm512_setzero_ps();
    __m512 sum1 = _mm512_setzero_ps();
    __m512 sum2 = _mm512_setzero_ps();
    __m512 sum3 = _mm512_setzero_ps();
    for (const float* end = a + length; a < end; a += 64, b += 64) {
        sum0 = _mm512_fmadd_ps(_mm512_loadu_ps(a), _mm512_loadu_ps(b), sum0);
        sum1 = _mm512_fmadd_ps(_mm512_loadu_ps(a + 16), _mm512_loadu_ps(b + 16), sum1);
        sum2 = _mm512_fmadd_ps(_mm512_loadu_ps(a + 32), _mm512_loadu_ps(b + 32), sum2);
        sum3 = _mm512_fmadd_ps(_mm512_loadu_ps(a + 48), _mm512_loadu_ps(b + 48), sum3);
    }
    return _mm512_reduce_add_ps(
        _mm512_add_ps(_mm512_add_ps(sum0, sum1), _mm512_add_ps(sum2, sum3)));
}

// VNNI multiplies unsigned by signed bytes: a is moved up by 128, and 128 * sum(b) taken off again.
[[gnu::target("avx512f,avx512bw,avx512vnni")]] std::int32_t dot_codes_avx512(const std::int8_t* a,
                                                                             const std::int8_t* b,
                                                                             std::size_t length) {
    const __m512i up = _mm512_set1_epi8(static_cast<char>(0x80));
    __m512i moved = _mm512_setzero_si512();
    __m512i excess = _mm512_setzero_si512();
    for (std::size_t i = 0; i < length; i += 64) {
        const __m512i left = _mm512_loadu_si512(a + i);
        const __m512i right = _mm512_loadu_si512(b + i);
        moved = _mm512_dpbusd_epi32(moved, _mm512_xor_si512(left, up), right);
        excess = _mm512_dpbusd_epi32(excess, up, right);
    }
    return _mm512_reduce_add_epi32(_mm512_sub_epi32(moved, excess));
}

// Sixteen numbers of one plane; `low` is shifted so that their bits are the lowest.
[[gnu::target("avx512f")]] __m512 add_fine_16(__m512 sum, const float* query,
                                              const std::int8_t* high, __m512i low) {
    const __m512i coarse =
        _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(high)));
    const __m512i rest =
        _mm512_sub_epi32(_mm512_and_si512(low, _mm512_set1_epi32(3)), _mm512_set1_epi32(2));
    const __m512i fine = _mm512_add_epi32(_mm512_slli_epi32(coarse, 2), rest);
    return _mm512_fmadd_ps(_mm512_loadu_ps(query), _mm512_cvtepi32_ps(fine), sum);
}

[[gnu::target("avx512f")]] float dot_fine_avx512(const float* query, const std::int8_t* high,
                                                 const std::uint8_t* low, std::size_t length) {
    const std::size_t quarter = length / 4;
    __m512 sum0 = _mm512_setzero_ps();
    __m512 sum1 = _mm512_setzero_ps();
    for (std::size_t i = 0; i < quarter; i += 16) {
        const __m512i bits =
            _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(low + i)));
        const std::size_t j = i + quarter;
        const std::size_t k = j + quarter;
        const std::size_t l = k + quarter;
        sum0 = add_fine_16(sum0, query + i, high + i, bits);
        sum1 = add_fine_16(sum1, query + j, high + j, _mm512_srli_epi32(bits, 2));
        sum0 = add_fine_16(sum0, query + k, high + k, _mm512_srli_epi32(bits, 4));
        sum1 = add_fine_16(sum1, query + l, high + l, _mm512_srli_epi32(bits, 6));
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(sum0, sum1));
}

constexpr kernels avx512{"avx512", dot_avx512, dot_codes_avx512, dot_fine_avx512};

constexpr std::array from_avx512{avx512, avx2, plain};

bool has_avx512() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vnni");
}

#endif

constexpr std::array only_plain{plain};

}  // namespace

std::span<const kernels> usable_kernels() {
#if defined(__x86_64__)
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (has_avx2) {
        return std::span(from_avx512).subspan(has_avx512() ? 0 : 1);
    }
#endif
    return only_plain;
}

}  // namespace medusa
