// Numbers as people type them, in options and in batch files: decimal, whole text, never wrapped.
// Pure; any thread. Errors: error(invalid_argument) with `what`, the range and the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/limits.hpp"

namespace medusa {

struct whole_range {
    std::int64_t min;
    std::int64_t max;
};

inline constexpr whole_range seed_range{0, std::int64_t{limits::seed_max}};
inline constexpr whole_range steps_range{limits::steps_min, limits::steps_max};
inline constexpr whole_range side_px_range{limits::side_px_min, limits::side_px_max};
inline constexpr whole_range batch_count_range{1, std::int64_t{limits::batch_file_lines}};
inline constexpr whole_range image_count_range{1, std::int64_t{limits::images_per_call}};
// Ids are exact in every JSON reader, as seeds are.
inline constexpr whole_range id_range{1, std::int64_t{limits::seed_max}};

std::int64_t whole_number(std::string_view what, std::string_view text, whole_range range);
// The guidance scale, limits::cfg_min to cfg_max.
double cfg_number(std::string_view what, std::string_view text);

// "1 character", "10,000 characters": for words whose plural ends in s.
std::string counted(std::size_t count, std::string_view word);

}  // namespace medusa
