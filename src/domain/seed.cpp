#include "domain/seed.hpp"

#include <fmt/format.h>

#include <string>

#include "core/hash.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace medusa {

std::uint32_t character_seed(std::string_view name, std::string_view description) {
    const auto digest = md5_hex(to_lower(name) + "_" + to_lower(description));
    return static_cast<std::uint32_t>(std::stoul(digest.substr(0, 8), nullptr, 16));
}

std::uint64_t image_seed(std::uint32_t character_seed, std::string_view job_key, int index) {
    const auto digest = sha256_hex(fmt::format("{}:{}:{}", character_seed, job_key, index));
    return std::stoull(digest.substr(0, 16), nullptr, 16) & limits::seed_max;
}

}  // namespace medusa
