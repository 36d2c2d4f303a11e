// PNG files of our own: fast writing for drawings, and text that travels inside the file.
//
// Pure functions on bytes, any thread. Errors: error(invalid_argument) for bytes that are not a
// whole, sound PNG and for text that cannot be stored.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace medusa {

struct pixels {
    int width = 0;                   // pixels
    int height = 0;                  // pixels
    std::vector<std::uint8_t> rgba;  // rows from the top, 4 bytes a pixel, alpha not multiplied in
};

// One text of a file: written as tEXt when Latin-1 can hold it (what most readers expect), as iTXt
// otherwise.
struct png_text {
    std::string keyword;         // 1-79 characters of printable ASCII, no blank at either end
    std::string text;            // UTF-8 without NUL
    bool international = false;  // iTXt in any case, as XMP demands
    friend bool operator==(const png_text&, const png_text&) = default;
};

struct png_info {
    int width = 0;   // pixels
    int height = 0;  // pixels
    int bit_depth = 0;
    int color_type = 0;           // 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA
    bool animated = false;        // APNG
    std::vector<png_text> texts;  // in the order of the file; zTXt counts as tEXt
};

// 8-bit RGB, or RGBA when any pixel is not opaque, marked as sRGB.
std::string write_png(const pixels& picture, std::span<const png_text> texts = {});

// The same file with `texts` before its image data. A text that the file has under the same
// keyword is replaced; everything else is kept byte for byte.
std::string add_text(std::string_view png, std::span<const png_text> texts);

// What a PNG says of itself. Checks the structure, each CRC and the limits of png.cpp, but does not
// decode the image.
png_info read_png(std::string_view bytes);

}  // namespace medusa
