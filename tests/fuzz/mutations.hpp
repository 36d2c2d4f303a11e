// New inputs out of known ones, by chance; the same seed gives the same ones. Test code, one
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace medusa::fuzzing {

inline constexpr std::size_t input_bytes_max = std::size_t{64} << 10;

class mutator {
public:
    explicit mutator(std::uint64_t seed) : dice_(seed) {}

    // One of the corpus, changed in one to eight places, or joined with another one.
    std::string changed(const std::vector<std::string>& corpus);

private:
    std::size_t drawn(std::size_t below) { return below == 0 ? 0 : std::size_t(dice_() % below); }
    void change(std::string& input, const std::vector<std::string>& corpus);
    std::string piece_of(const std::string& input);

    std::mt19937_64 dice_;
};

}  // namespace medusa::fuzzing
