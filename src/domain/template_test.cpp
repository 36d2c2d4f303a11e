#include "domain/template.hpp"

#include <gtest/gtest.h>

#include "domain/validate.hpp"

namespace medusa {
namespace {

TEST(templates, come_in_the_order_of_the_guide_and_repeat_with_numbers) {
    const char* names[] = {"Luna Starweaver",  "Zara Cybershade",   "Captain Aria Blackwater",
                           "Dr. Elena Nova",   "Sakura Dreamlight", "Luna Starweaver 2",
                           "Zara Cybershade 2"};
    for (std::size_t i = 0; i < std::size(names); ++i) EXPECT_EQ(template_at(i).name, names[i]);
    EXPECT_EQ(template_at(10).name, "Luna Starweaver 3");
}

TEST(templates, are_valid_characters) {
    const char* styles[] = {"fantasy", "anime", "realistic", "realistic", "anime"};
    ASSERT_EQ(template_count(), std::size(styles));
    for (std::size_t i = 0; i < template_count(); ++i) {
        const auto one = template_at(i);
        EXPECT_EQ(one.style, styles[i]);
        EXPECT_GE(one.tags.size(), 4u);
        EXPECT_NO_THROW(validate({one.name, one.description, one.tags, one.style, {}, {}}));
    }
}

}  // namespace
}  // namespace medusa
