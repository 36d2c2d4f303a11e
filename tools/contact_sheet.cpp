// PNG files on one sheet, to be looked at side by side. What the program itself can draw needs no
// files: see `medusa sketch --sheet`.
//
//     contact_sheet --out sheet.png [--columns 8] [--cell 256] PICTURE.png...
#include <cairo.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/files.hpp"
#include "engine/sketch/mosaic.hpp"
#include "engine/sketch/raster.hpp"

namespace {

using surface_ptr = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;

medusa::pixels read_picture(const std::string& file) {
    const surface_ptr picture(cairo_image_surface_create_from_png(file.c_str()),
                              cairo_surface_destroy);
    if (const auto status = cairo_surface_status(picture.get()); status != CAIRO_STATUS_SUCCESS)
        throw std::runtime_error(fmt::format("{}: {}", file, cairo_status_to_string(status)));
    const int width = cairo_image_surface_get_width(picture.get());
    const int height = cairo_image_surface_get_height(picture.get());
    return medusa::sketch::copy_pixels(picture.get(), width, height);
}

void draw_sheet(const std::vector<std::string>& files, const std::string& out, std::size_t columns,
                int cell) {
    medusa::sketch::mosaic sheet(files.size(), columns, cell);
    for (const auto& file : files) sheet.add(read_picture(file));
    medusa::write_file_atomic(out, medusa::write_png(sheet.take()));
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("PNG files on one sheet");
    std::vector<std::string> files;
    std::string out;
    std::size_t columns = 8;
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
