// Stateless randomness by name: every draw is a pure function of (seed, key), so one draw more or
// less never moves another, and the same seed gives the same picture for ever.
//
// The rule is DiceBear's (@dicebear/core 10.7.0): FNV-1a 32 over the UTF-16 code units of
// seed + ":" + key, then one step of Mulberry32, divided by 2^32. Scenes, parts and the mapper draw
// from it too; they start their keys with a word of their own ("scene.stars.x12").
// Immutable values: any thread. Nothing here throws but std::bad_alloc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace medusa::sketch {

// FNV-1a 32 over the UTF-16 code units of `text` (valid UTF-8), continuing from `state`.
std::uint32_t fnv1a(std::string_view text, std::uint32_t state = 0x811c9dc5);

class dice_random {
public:
    // `seed`: any valid UTF-8, also empty.
    explicit dice_random(std::string_view seed);

    // Uniform in [0, 1).
    double value(std::string_view key) const;
    // True with `likelihood` percent (0-100).
    bool boolean(std::string_view key, double likelihood = 50) const;
    // Uniform in [min, max], both included; the two may come in either order.
    std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max) const;
    // Uniform in [min, max), rounded to 4 decimals; with step > 0 one of min, min + step, ... max.
    double floating(std::string_view key, double min, double max, double step = 0) const;

    // One of `items`; order and repetition of the list do not matter. Empty list: nothing.
    std::optional<std::string> pick(std::string_view key, std::vector<std::string> items) const;
    // One of the names, in proportion to its weight (>= 0); all weights 0: each alike.
    std::optional<std::string> weighted_pick(
        std::string_view key, std::vector<std::pair<std::string, double>> weights) const;
    // Without repetitions, in random order; the order of the input does not matter, except that a
    // list of one is returned as it is.
    std::vector<std::string> shuffle(std::string_view key, std::vector<std::string> items) const;

private:
    std::uint32_t prefix_;  // hash of seed + ":"
};

}  // namespace medusa::sketch
