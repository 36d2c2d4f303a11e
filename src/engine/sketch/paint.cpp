#include "engine/sketch/paint.hpp"

#include <algorithm>

#include "engine/sketch/raster.hpp"

namespace medusa::sketch {
namespace {

// Each pixel of a small picture as a block of the large one.
pixels enlarge(const pixels& small, int width, int height) {
    pixels large{width, height, {}};
    large.rgba.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 4);
    auto* to = large.rgba.data();
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x, to += 4) {
            const int from =
                (y * small.height / height * small.width + x * small.width / width) * 4;
            std::copy_n(small.rgba.data() + from, 4, to);
        }
    return large;
}

// Few colours make blocks read as pixels: each channel in equal steps.
void flatten(pixels& picture) {
    constexpr int step = 20;
    for (auto& channel : picture.rgba)
        channel = static_cast<std::uint8_t>(std::min(255, (channel + step / 2) / step * step));
}

}  // namespace

pixels paint(std::string_view svg, const treatment& finish, int width, int height) {
    if (finish.pixels == 0) return render_svg(svg, width, height);
    const int block = std::max(1, std::min(width, height) / finish.pixels);
    auto small = render_svg(svg, width / block, height / block);
    flatten(small);
    return enlarge(small, width, height);
}

}  // namespace medusa::sketch
