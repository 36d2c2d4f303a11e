// Many pictures on one sheet, to be looked at side by side.
//
//     contact_sheet --out sheet.png [--columns 8] [--cell 256] PICTURE.png...
#include <cairo/cairo.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using surface_ptr = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using brush_ptr = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

surface_ptr checked(cairo_surface_t* surface, const std::string& name) {
    surface_ptr made(surface, cairo_surface_destroy);
    if (const auto status = cairo_surface_status(surface); status != CAIRO_STATUS_SUCCESS)
        throw std::runtime_error(fmt::format("{}: {}", name, cairo_status_to_string(status)));
    return made;
}

// Scales the picture into its cell, whole and centred.
void place(cairo_t* brush, const std::string& file, double x, double y, double cell) {
    const auto picture = checked(cairo_image_surface_create_from_png(file.c_str()), file);
    const double width = cairo_image_surface_get_width(picture.get());
    const double height = cairo_image_surface_get_height(picture.get());
    const double scale = cell / std::max(width, height);
    cairo_save(brush);
    cairo_translate(brush, x + (cell - width * scale) / 2, y + (cell - height * scale) / 2);
    cairo_scale(brush, scale, scale);
    cairo_set_source_surface(brush, picture.get(), 0, 0);
    cairo_pattern_set_filter(cairo_get_source(brush), CAIRO_FILTER_GOOD);
    cairo_paint(brush);
    cairo_restore(brush);
}

void draw_sheet(const std::vector<std::string>& files, const std::string& out, int columns,
                int cell) {
    constexpr int gap = 4;  // pixels
    const int count = static_cast<int>(files.size());
    const int wide = std::min(columns, count);
    const int high = (count + wide - 1) / wide;
    const auto sheet =
        checked(cairo_image_surface_create(CAIRO_FORMAT_RGB24, wide * (cell + gap) + gap,
                                           high * (cell + gap) + gap),
                out);
    const brush_ptr brush(cairo_create(sheet.get()), cairo_destroy);
    cairo_set_source_rgb(brush.get(), 1, 1, 1);
    cairo_paint(brush.get());
    for (int i = 0; i < count; ++i)
        place(brush.get(), files[static_cast<std::size_t>(i)], gap + i % wide * (cell + gap),
              gap + i / wide * (cell + gap), cell);
    if (cairo_surface_write_to_png(sheet.get(), out.c_str()) != CAIRO_STATUS_SUCCESS)
        throw std::runtime_error(fmt::format("{}: cannot be written", out));
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Many pictures on one sheet");
    std::vector<std::string> files;
    std::string out;
    int columns = 8;
    int cell = 256;
    app.add_option("--out", out, "the sheet")->required();
    app.add_option("--columns", columns, "pictures in a row")->check(CLI::Range(1, 100));
    app.add_option("--cell", cell, "side of a picture, pixels")->check(CLI::Range(16, 2048));
    app.add_option("pictures", files, "PNG files")->required();
    CLI11_PARSE(app, argc, argv);
    try {
        draw_sheet(files, out, columns, cell);
    } catch (const std::exception& problem) {
        fmt::print(stderr, "contact_sheet: {}\n", problem.what());
        return 1;
    }
}
