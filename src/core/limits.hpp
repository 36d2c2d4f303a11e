// Every limit that users can meet (interface.md 8), with its unit in its name or comment.
#pragma once

#include <cstddef>
#include <cstdint>

namespace medusa::limits {

inline constexpr std::size_t name_chars = 80;
inline constexpr std::size_t description_chars = 4'000;
inline constexpr std::size_t tags = 32;
inline constexpr std::size_t tag_chars = 40;
inline constexpr std::size_t user_id_bytes = 200;
inline constexpr std::size_t username_chars = 80;
inline constexpr std::size_t setting_chars = 200;  // of a model, sampler or scheduler
inline constexpr std::size_t prompt_chars = 8'000;
inline constexpr int steps_min = 1;
inline constexpr int steps_max = 150;
inline constexpr double cfg_min = 1;
inline constexpr double cfg_max = 30;
inline constexpr int side_px_min = 64;
inline constexpr int side_px_max = 2'048;
inline constexpr int side_px_step = 8;
inline constexpr std::uint64_t seed_max = (std::uint64_t{1} << 53) - 1;
inline constexpr std::size_t idempotency_key_chars = 255;
inline constexpr std::size_t jobs_waiting = 200'000;  // of one owner
inline constexpr std::size_t batch_file_lines = 10'000;
inline constexpr std::size_t images_per_call = 100;
inline constexpr std::size_t image_bytes = std::size_t{64} << 20;
inline constexpr std::size_t image_pixels = 64'000'000;
inline constexpr std::size_t prompt_file_bytes = std::size_t{64} << 10;
inline constexpr std::int64_t first_character_id = 123'456;

}  // namespace medusa::limits
