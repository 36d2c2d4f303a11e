#include "domain/slug.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace medusa {
namespace {

TEST(slug, of_names_in_every_script) {
    const std::pair<const char*, const char*> rows[] = {
        {"Luna Starweaver", "luna-starweaver"},
        {"  Dr. Elena   Nova ", "dr-elena-nova"},
        {"O'Neill & Sons", "o-neill-sons"},
        {"Zoë Ångström", "zoe-angstrom"},
        {"Łukasz Straße", "lukasz-strasse"},
        {"../../etc", "etc"},
        {"..", ""},
        {"/", ""},
        {"-- --", ""},
        {"", ""},
        {"🌙✨", ""},
        {"🌙 Luna 🌙", "luna"},
        {"a\x01\x1b[31mb\nc", "a-31mb-c"},
        {"\xff\xfe", ""},
        {"v12", ""},
        {"V 12", "v-12"},
        {"v", "v"},
        {"v12a", "v12a"},
        {"١٢٣", "123"},
        {"Ольга", "ol-ga"},
        {"Ωμέγα", "omega"},
        {"さくら", "sakura"},
        {"桜", "ying"},
        {"김민준", "gimminjun"},
        {"לונה", "lwnh"},
        {"ليلى", "lyly"},
        {"\xE2\x80\xAE"
         "abc",
         "abc"},
        {"Snake_Case.Name", "snake-case-name"},
    };
    for (const auto& [name, expected] : rows) EXPECT_EQ(slug_of(name), expected) << name;
}

TEST(slug, is_cut_without_a_hyphen_at_its_end) {
    EXPECT_EQ(slug_of(std::string(80, 'a')), std::string(60, 'a'));
    EXPECT_EQ(slug_of(std::string(59, 'a') + " b"), std::string(59, 'a'));
    EXPECT_EQ(slug_of("v" + std::string(80, '1')), "");
}

TEST(slug, is_the_same_from_many_threads) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([] {
            for (int n = 0; n < 50; ++n) EXPECT_EQ(slug_of("Ольга さくら"), "ol-ga-sakura");
        });
}

}  // namespace
}  // namespace medusa
