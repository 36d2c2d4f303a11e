#include "search/kernels.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace medusa {
namespace {

class kernels_test : public testing::TestWithParam<kernels> {};

// Names of what this machine can run; every kind is held against plain arithmetic.
TEST_P(kernels_test, agree_with_plain_arithmetic) {
    std::mt19937 dice(1);
    std::uniform_real_distribution<float> real(-1, 1);
    for (const std::size_t length : {64, 128, 384, 1'024}) {
        std::vector<float> a(length);
        std::vector<float> b(length);
        std::vector<std::int8_t> high(length);
        std::vector<std::int8_t> other(length);
        std::vector<std::uint8_t> low(length / 4);
        for (std::size_t i = 0; i < length; ++i) {
            a[i] = real(dice);
            b[i] = real(dice);
            high[i] = static_cast<std::int8_t>(static_cast<int>(dice() % 255) - 127);
            other[i] = i % 2 == 0 ? std::int8_t{127} : std::int8_t{-127};
            low[i / 4] = static_cast<std::uint8_t>(dice());
        }
        double dot = 0;
        double fine = 0;
        int codes = 0;
        for (std::size_t i = 0; i < length; ++i) {
            dot += static_cast<double>(a[i]) * b[i];
            codes += high[i] * other[i];
            const int rest = (low[i % (length / 4)] >> (2 * (i / (length / 4)))) & 3;
            fine += static_cast<double>(a[i]) * (4 * high[i] + rest - 2);
        }
        const auto& kind = GetParam();
        EXPECT_NEAR(kind.dot(a.data(), b.data(), length), dot, 1e-4);
        EXPECT_EQ(kind.dot_codes(high.data(), other.data(), length), codes);
        EXPECT_EQ(kind.dot_codes(other.data(), high.data(), length), codes);
        EXPECT_EQ(kind.dot_codes(other.data(), other.data(), length),
                  static_cast<int>(length) * 127 * 127);
        EXPECT_NEAR(kind.dot_fine(a.data(), high.data(), low.data(), length), fine, 0.1);
    }
}

INSTANTIATE_TEST_SUITE_P(usable, kernels_test,
                         testing::ValuesIn(usable_kernels().begin(), usable_kernels().end()),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST(kernels_of_this_machine, end_with_plain_code) {
    EXPECT_EQ(usable_kernels().back().name, "plain");
}

}  // namespace
}  // namespace medusa
