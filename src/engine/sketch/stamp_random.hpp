// The stateless random numbers of the drawing engine (see the reference algorithm of DiceBear core
// 10: FNV-1a 32 of "seed:key", then one step of Mulberry32). Immutable: any thread.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace medusa::sketch {

class stamp_random {
public:
    explicit stamp_random(std::string_view seed) : seed_(seed) {}

    // In [0, 1); keys and seeds are ASCII here, so bytes equal UTF-16 code units.
    double value(std::string_view key) const {
        std::uint32_t state = 0x811c9dc5U;
        for (const char c : seed_ + ":" + std::string(key))
            state = (state ^ static_cast<unsigned char>(c)) * 0x01000193U;
        const std::uint32_t z = state + 0x6d2b79f5U;
        std::uint32_t t = (z ^ (z >> 15U)) * (z | 1U);
        t ^= t + (t ^ (t >> 7U)) * (t | 61U);
        return static_cast<double>(t ^ (t >> 14U)) / 4294967296.0;
    }
    double floating(std::string_view key, double min, double max) const {
        return min + value(key) * (max - min);
    }

private:
    std::string seed_;
};

}  // namespace medusa::sketch
