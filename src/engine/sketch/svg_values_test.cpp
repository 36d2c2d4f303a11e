#include "engine/sketch/svg_values.hpp"

#include <gtest/gtest.h>

namespace medusa::sketch {
namespace {

using numbers = std::vector<double>;

TEST(SvgValues, Numbers) {
    EXPECT_EQ(svg_value("-1.5"), -1.5);
    EXPECT_EQ(svg_value(" 2 "), 2);
    for (const auto* wrong : {"", "x", "1px", "1 2", "1,", "nan", "inf", "1e999", "--1"})
        EXPECT_EQ(svg_value(wrong), std::nullopt) << wrong;
    EXPECT_EQ(svg_values("0 0 980,980"), (numbers{0, 0, 980, 980}));
    EXPECT_EQ(svg_values("1-2.5.5"), (numbers{1, -2.5, .5}));
    EXPECT_EQ(svg_values(""), numbers{});
    EXPECT_EQ(svg_values("1 two"), std::nullopt);
}

TEST(SvgValues, Colours) {
    EXPECT_TRUE(is_hex_colour("#0a9bff"));
    for (const auto* wrong : {"#0A9BFF", "#09f", "0a9bff", "red", "", "#0a9bfg"})
        EXPECT_FALSE(is_hex_colour(wrong)) << wrong;
}

TEST(SvgValues, Paths) {
    for (const auto* path :
         {"M0 0", "M1 2L3 4z", "m1-2.5.5 7", "M0,0 C1 2 3 4 5 6 7 8 9 10 11 12", "M0 0H5V6Z",
          "M0 0A5 5 0 0 1 3 4", "M0 0a5 5 0 01 3 4 5 5 0 1 0 1 1", " M 0 0 \n Q 1 2 3 4 T 5 6 "})
        EXPECT_TRUE(is_path_data(path)) << path;
    for (const auto* path : {"", "L1 2", "M1", "M1 2L3", "M0 0C1 2 3 4 5", "M0 0X", "M0 0L1 two",
                             "M0 0A5 5 0 2 1 3 4", "M0 0z5", "M0 0,,1 1"})
        EXPECT_FALSE(is_path_data(path)) << path;
}

TEST(SvgValues, Transforms) {
    for (const auto* transform : {"translate(1 2)", "translate(1,2) rotate(-30)", "scale(2)",
                                  "rotate(10 5 5)", "matrix(1 0 0 1 0 0)", ""})
        EXPECT_TRUE(is_transform(transform)) << transform;
    for (const auto* transform : {"translate(1 2", "turn(5)", "rotate(1 2)", "scale(a)", "5"})
        EXPECT_FALSE(is_transform(transform)) << transform;
}

}  // namespace
}  // namespace medusa::sketch
