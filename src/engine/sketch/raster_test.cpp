#include "engine/sketch/raster.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "core/error.hpp"

namespace medusa::sketch {
namespace {

using rgba = std::array<int, 4>;

std::string document(const std::string& content) {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 100\">" + content +
           "</svg>";
}

rgba at(const pixels& picture, int x, int y) {
    const auto index = static_cast<std::size_t>(y * picture.width + x) * 4;
    return {picture.rgba[index], picture.rgba[index + 1], picture.rgba[index + 2],
            picture.rgba[index + 3]};
}

TEST(raster, fills_the_size_asked_for) {
    const auto picture = render_svg(
        document("<rect width='50' height='100' fill='#ff8000'/>"
                 "<rect x='50' width='50' height='50' fill='#0000ff' fill-opacity='.5'/>"),
        64, 32);
    EXPECT_EQ(picture.width, 64);
    EXPECT_EQ(picture.height, 32);
    ASSERT_EQ(picture.rgba.size(), 64U * 32 * 4);
    // A square document is centred in the wider picture.
    EXPECT_EQ(at(picture, 20, 16), (rgba{255, 128, 0, 255}));
    EXPECT_EQ(at(picture, 40, 25), (rgba{0, 0, 0, 0}));
    const auto glass = at(picture, 40, 8);
    EXPECT_EQ(glass[2], 255);  // alpha is not multiplied in
    EXPECT_NEAR(glass[3], 128, 1);
}

TEST(raster, refuses_what_is_no_drawing) {
    for (const std::string svg : {"", "<svg", "<html/>", "no markup"})
        EXPECT_THROW(render_svg(svg, 16, 16), error) << svg;
    EXPECT_THROW(render_svg(document(""), 0, 16), error);
    EXPECT_THROW(render_svg(document(""), 16, 100'000), error);
}

TEST(raster, reaches_no_file) {
    const auto picture =
        render_svg(document("<image href='file://" MEDUSA_ROOT "/tests/data/red.png' width='100' "
                            "height='100'/>"),
                   16, 16);
    EXPECT_EQ(at(picture, 8, 8), (rgba{0, 0, 0, 0}));
}

TEST(raster, threads_draw_the_same_pixels) {
    const auto svg = document(
        "<defs><radialGradient id='g'><stop stop-color='red'/><stop offset='1'/></radialGradient>"
        "</defs><rect width='100' height='100' fill='url(#g)'/>");
    const auto expected = render_svg(svg, 200, 200).rgba;
    std::array<std::vector<std::uint8_t>, 4> drawn;
    {
        std::vector<std::jthread> threads;
        for (auto& result : drawn)
            threads.emplace_back([&] { result = render_svg(svg, 200, 200).rgba; });
    }
    for (const auto& result : drawn) EXPECT_EQ(result, expected);
}

}  // namespace
}  // namespace medusa::sketch
