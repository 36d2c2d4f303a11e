#include <libdeflate.h>

#include <memory>
#include <optional>

#include "card/png.hpp"
#include "card/png_chunks.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

constexpr std::size_t max_text_bytes = std::size_t{8} << 20;  // of one text, unpacked
constexpr std::size_t max_all_texts_bytes = std::size_t{32} << 20;
constexpr std::size_t first_guess_bytes = std::size_t{64} << 10;

struct decompressor_release {
    void operator()(libdeflate_decompressor* decompressor) const {
        libdeflate_free_decompressor(decompressor);
    }
};

// Nothing for damaged data. The format does not tell the size, so the room grows up to the limit.
std::optional<std::string> unpacked(std::string_view packed) {
    const std::unique_ptr<libdeflate_decompressor, decompressor_release> decompressor(
        libdeflate_alloc_decompressor());
    if (!decompressor) throw std::bad_alloc();
    for (std::size_t room = first_guess_bytes; room <= max_text_bytes; room *= 2) {
        std::string out(room, '\0');
        std::size_t size = 0;
        const auto result = libdeflate_zlib_decompress(decompressor.get(), packed.data(),
                                                       packed.size(), out.data(), room, &size);
        if (result == LIBDEFLATE_INSUFFICIENT_SPACE) continue;
        if (result != LIBDEFLATE_SUCCESS) return std::nullopt;
        out.resize(size);
        return out;
    }
    png::refuse("a text in it is too large");
}

std::string from_latin1(std::string_view latin1) {
    std::string text;
    for (const char c : latin1) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            text += c;
        } else {
            text += static_cast<char>(0xc0 | byte >> 6);
            text += static_cast<char>(0x80 | (byte & 63));
        }
    }
    return text;
}

// Takes what stands before the next NUL off the front of `data`, with the NUL.
std::optional<std::string_view> take_field(std::string_view& data) {
    const auto end = data.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    const auto field = data.substr(0, end);
    data.remove_prefix(end + 1);
    return field;
}

// After the keyword of an iTXt: compression flag and method, language, translated keyword, text.
std::optional<std::string> international_text(std::string_view data) {
    if (data.size() < 2) return std::nullopt;
    const bool packed = data[0] == 1;
    if ((data[0] != 0 && !packed) || (packed && data[1] != 0)) return std::nullopt;
    data.remove_prefix(2);
    if (!take_field(data) || !take_field(data)) return std::nullopt;
    auto text = packed ? unpacked(data) : std::optional<std::string>(data);
    if (text && !is_valid_utf8(*text)) return std::nullopt;
    return text;
}

// Nothing for other chunks and for a text that breaks the rules: that hurts no image.
std::optional<png_text> text_of(const png::chunk& chunk) {
    const bool plain = chunk.type == "tEXt";
    const bool international = chunk.type == "iTXt";
    if (!plain && !international && chunk.type != "zTXt") return std::nullopt;
    auto data = chunk.data;
    const auto keyword = take_field(data);
    if (!keyword || keyword->empty()) return std::nullopt;
    if (data.size() > max_text_bytes) png::refuse("a text in it is too large");
    std::optional<std::string> text;
    if (international) {
        text = international_text(data);
    } else if (plain) {
        text = from_latin1(data);
    } else if (data.starts_with('\0')) {  // compression method 0
        text = unpacked(data.substr(1));
        if (text) text = from_latin1(*text);
    }
    if (!text) return std::nullopt;
    return png_text{from_latin1(*keyword), std::move(*text), international};
}

}  // namespace

png_info read_png(std::string_view bytes) {
    const auto chunks = png::split_chunks(bytes);
    const auto header = chunks.front().data;
    const std::uint64_t width = png::read_u32(header);
    const std::uint64_t height = png::read_u32(header.substr(4));
    if (width == 0 || height == 0 || width > limits::image_pixels ||
        height > limits::image_pixels || width * height > limits::image_pixels)
        png::refuse("its width or height is out of range");
    png_info info;
    info.width = static_cast<int>(width);
    info.height = static_cast<int>(height);
    info.bit_depth = header[8];
    info.color_type = header[9];
    std::size_t total = 0;
    for (const auto& chunk : chunks) {
        if (chunk.type == "acTL") info.animated = true;
        auto text = text_of(chunk);
        if (!text) continue;
        total += text->text.size();
        if (total > max_all_texts_bytes) png::refuse("the texts in it are too large");
        info.texts.push_back(std::move(*text));
    }
    return info;
}

}  // namespace medusa
