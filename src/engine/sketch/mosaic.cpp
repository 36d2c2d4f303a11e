#include "engine/sketch/mosaic.hpp"

#include <cairo.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "core/limits.hpp"

namespace medusa::sketch {
namespace {

constexpr int gap_px = 4;

// Cairo holds 0xAARRGGBB in the machine's order, colours multiplied by alpha.
std::vector<std::uint32_t> to_cairo(const pixels& picture) {
    std::vector<std::uint32_t> made(picture.rgba.size() / 4);
    const auto* from = picture.rgba.data();
    for (auto& pixel : made) {
        const std::uint32_t alpha = from[3];
        const auto times_alpha = [&](int i) { return (from[i] * alpha + 127) / 255; };
        pixel = alpha << 24 | times_alpha(0) << 16 | times_alpha(1) << 8 | times_alpha(2);
        from += 4;
    }
    return made;
}

}  // namespace

struct mosaic::canvas {
    canvas(int width, int height)
        : width_px(width),
          height_px(height),
          data(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0xffffffff),
          surface(cairo_image_surface_create_for_data(reinterpret_cast<unsigned char*>(data.data()),
                                                      CAIRO_FORMAT_RGB24, width, height,
                                                      width * 4)),
          brush(cairo_create(surface)) {}
    ~canvas() {
        cairo_destroy(brush);
        cairo_surface_destroy(surface);
    }
    canvas(const canvas&) = delete;
    canvas& operator=(const canvas&) = delete;

    int width_px, height_px;
    std::vector<std::uint32_t> data;
    cairo_surface_t* surface;
    cairo_t* brush;
};

mosaic::mosaic(std::size_t count, std::size_t columns, int cell_px)
    : columns_(std::clamp<std::size_t>(columns, 1, std::max<std::size_t>(count, 1))),
      cell_px_(cell_px) {
    const std::size_t rows = (count + columns_ - 1) / columns_;
    const auto step = static_cast<std::size_t>(cell_px + gap_px);
    const auto width = columns_ * step + gap_px;
    const auto height = rows * step + gap_px;
    if (width * height > limits::image_pixels)
        throw error(
            errc::invalid_argument,
            fmt::format("{} pictures of {} pixels are too large for one sheet", count, cell_px),
            "Make the cells smaller");
    canvas_ = std::make_unique<canvas>(static_cast<int>(width), static_cast<int>(height));
}

mosaic::~mosaic() = default;

void mosaic::add(const pixels& picture) {
    auto source = to_cairo(picture);
    auto* surface = cairo_image_surface_create_for_data(
        reinterpret_cast<unsigned char*>(source.data()), CAIRO_FORMAT_ARGB32, picture.width,
        picture.height, picture.width * 4);
    const double scale = static_cast<double>(cell_px_) / std::max(picture.width, picture.height);
    const auto place = [&](std::size_t index, int side) {
        return gap_px + static_cast<double>(index) * (cell_px_ + gap_px) +
               (cell_px_ - side * scale) / 2;
    };
    auto* brush = canvas_->brush;
    cairo_save(brush);
    cairo_translate(brush, place(next_ % columns_, picture.width),
                    place(next_ / columns_, picture.height));
    cairo_scale(brush, scale, scale);
    cairo_set_source_surface(brush, surface, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(brush), CAIRO_FILTER_GOOD);
    cairo_paint(brush);
    cairo_restore(brush);
    cairo_surface_destroy(surface);
    ++next_;
}

pixels mosaic::take() {
    cairo_surface_flush(canvas_->surface);
    pixels made{canvas_->width_px, canvas_->height_px, {}};
    made.rgba.reserve(canvas_->data.size() * 4);
    for (const auto pixel : canvas_->data)
        for (const auto channel : {pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255, 255U})
            made.rgba.push_back(static_cast<std::uint8_t>(channel));
    return made;
}

}  // namespace medusa::sketch
