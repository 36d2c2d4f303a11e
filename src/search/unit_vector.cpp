#include "search/unit_vector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "search/kernels.hpp"

namespace medusa {

std::vector<float> checked_unit_vector(std::span<const float> vector, const vector_space& space) {
    if (vector.size() != space.dimension) {
        throw error(errc::invalid_argument, fmt::format("a vector of {} numbers, not of {}",
                                                        vector.size(), space.dimension));
    }
    double squares = 0;
    for (const float number : vector) {
        squares += static_cast<double>(number) * number;
    }
    // NaN and infinity fail the comparison as well.
    if (!(std::abs(squares - 1) <= unit_tolerance)) {
        throw error(errc::invalid_argument,
                    fmt::format("a vector whose length is not 1 (squared: {})", squares));
    }
    std::vector<float> padded(padded_dimension(space.dimension));
    const auto length = static_cast<float>(std::sqrt(squares));
    std::ranges::transform(vector, padded.begin(), [&](float number) { return number / length; });
    return padded;
}

}  // namespace medusa
