// Seeds: which random choices make a person, and which make one picture of them. Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace medusa {

// The first 8 hexadecimal digits of MD5(lower-case name + "_" + lower-case description), UTF-8: the
// rule of the original system, so that characters made there keep their seed.
std::uint32_t character_seed(std::string_view name, std::string_view description);

// The seed, 0 to 2^53-1, of picture `index` of the job `job_key`. The same arguments give the same
// seed, so a retried job draws the same picture. An avatar without a seed of its own uses the
// character's seed itself.
std::uint64_t image_seed(std::uint32_t character_seed, std::string_view job_key, int index);

}  // namespace medusa
