// Ages under 18 in a text, in digits or English words: "12-year-old", "aged twelve", "9 y/o".
// Pure; any thread; no errors.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "domain/policy_text.hpp"

namespace medusa {

inline constexpr int age_of_majority_years = 18;

// The index of the first token that is a number of years under 18 said as an age.
std::optional<std::size_t> find_minor_age(std::span<const policy_token> tokens);

}  // namespace medusa
