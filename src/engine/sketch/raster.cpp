#include "engine/sketch/raster.hpp"

#include <librsvg/rsvg.h>

#include <cstring>
#include <memory>
#include <string>

#include "core/error.hpp"
#include "core/limits.hpp"

namespace medusa::sketch {
namespace {

template <auto Release>
struct releaser {
    template <typename Object>
    void operator()(Object* object) const {
        Release(object);
    }
};
using handle_ptr = std::unique_ptr<RsvgHandle, releaser<g_object_unref>>;
using surface_ptr = std::unique_ptr<cairo_surface_t, releaser<cairo_surface_destroy>>;
using context_ptr = std::unique_ptr<cairo_t, releaser<cairo_destroy>>;

[[noreturn]] void fail(const std::string& cause) {
    throw error(errc::internal, "the drawing cannot be rendered: " + cause);
}

[[noreturn]] void fail(GError* cause) {
    const std::unique_ptr<GError, releaser<g_error_free>> owned(cause);
    fail(std::string(cause ? cause->message : "unknown cause"));
}

// Cairo holds 0xAARRGGBB in the machine's order, colours multiplied by alpha.
void copy_row(const std::uint8_t* from, std::uint8_t* to, int width) {
    for (int x = 0; x < width; ++x, from += 4, to += 4) {
        std::uint32_t pixel = 0;
        std::memcpy(&pixel, from, sizeof pixel);
        const std::uint32_t alpha = pixel >> 24;
        if (alpha != 255) {
            const auto plain = [&](std::uint32_t channel) {
                return alpha == 0 ? 0 : ((channel & 255) * 255 + alpha / 2) / alpha;
            };
            pixel = alpha << 24 | plain(pixel >> 16) << 16 | plain(pixel >> 8) << 8 | plain(pixel);
        }
        to[0] = static_cast<std::uint8_t>(pixel >> 16);
        to[1] = static_cast<std::uint8_t>(pixel >> 8);
        to[2] = static_cast<std::uint8_t>(pixel);
        to[3] = static_cast<std::uint8_t>(alpha);
    }
}

}  // namespace

pixels copy_pixels(cairo_surface_t* surface, int width, int height) {
    cairo_surface_flush(surface);
    pixels picture{width, height, {}};
    const auto row_bytes = static_cast<std::size_t>(width) * 4;
    picture.rgba.resize(row_bytes * static_cast<std::size_t>(height));
    const auto* data = cairo_image_surface_get_data(surface);
    const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface));
    for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y)
        copy_row(data + y * stride, picture.rgba.data() + y * row_bytes, width);
    return picture;
}

pixels render_svg(std::string_view svg, int width, int height) {
    if (width < 1 || height < 1 || width > limits::side_px_max || height > limits::side_px_max)
        fail("its size is out of range");
    GError* cause = nullptr;
    const handle_ptr handle(
        rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &cause));
    if (!handle) fail(cause);
    const surface_ptr surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
    const context_ptr context(cairo_create(surface.get()));
    const RsvgRectangle viewport{0, 0, static_cast<double>(width), static_cast<double>(height)};
    if (!rsvg_handle_render_document(handle.get(), context.get(), &viewport, &cause)) fail(cause);
    if (const auto status = cairo_status(context.get()); status != CAIRO_STATUS_SUCCESS)
        fail(std::string(cairo_status_to_string(status)));
    return copy_pixels(surface.get(), width, height);
}

}  // namespace medusa::sketch
