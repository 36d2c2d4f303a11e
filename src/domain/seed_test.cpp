#include "domain/seed.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/limits.hpp"

namespace medusa {
namespace {

TEST(seed, of_a_character_is_the_original_rule) {
    EXPECT_EQ(character_seed("Luna Starweaver", "A mystical elven sorceress with silver hair"),
              4164696983u);
    EXPECT_EQ(character_seed("LUNA STARWEAVER", "a mystical ELVEN sorceress with silver hair"),
              4164696983u);
    EXPECT_NE(character_seed("Luna", "Starweaver"), character_seed("Luna", "Starweaver "));
}

TEST(seed, of_an_image_is_repeatable_and_its_own) {
    std::set<std::uint64_t> seen;
    for (const std::uint32_t person : {0u, 1u, 4164696983u})
        for (const char* job : {"a", "b"})
            for (int index = 0; index < 100; ++index) {
                const auto seed = image_seed(person, job, index);
                EXPECT_LE(seed, limits::seed_max);
                EXPECT_EQ(seed, image_seed(person, job, index));
                seen.insert(seed);
            }
    EXPECT_EQ(seen.size(), 600u);
    EXPECT_GT(*seen.rbegin(), limits::seed_max / 2);
}

}  // namespace
}  // namespace medusa
