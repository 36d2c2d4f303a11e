#include "card/png_chunks.hpp"

#include <libdeflate.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/limits.hpp"

namespace medusa::png {
namespace {

constexpr std::size_t frame_bytes = 12;  // length, type, CRC
constexpr std::size_t header_bytes = 13;
constexpr std::size_t max_chunks = 100'000;

bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

chunk next_chunk(std::string_view rest) {
    if (rest.size() < frame_bytes) refuse("it ends too early");
    const std::size_t length = read_u32(rest);
    if (length > rest.size() - frame_bytes) refuse("it ends too early");
    const chunk found{rest.substr(4, 4), rest.substr(8, length),
                      rest.substr(0, frame_bytes + length)};
    if (!std::all_of(found.type.begin(), found.type.end(), is_letter))
        refuse("a chunk has no proper name");
    const auto checked = rest.substr(4, 4 + length);
    if (libdeflate_crc32(0, checked.data(), checked.size()) != read_u32(rest.substr(8 + length)))
        refuse("a checksum is wrong");
    return found;
}

}  // namespace

void refuse(std::string_view cause) {
    throw error(errc::invalid_argument, "not a sound PNG file: " + std::string(cause));
}

std::uint32_t read_u32(std::string_view four_bytes) {
    std::uint32_t value = 0;
    for (const char byte : four_bytes.substr(0, 4))
        value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

void append_u32(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 255);
}

void append_chunk(std::string& out, std::string_view type, std::string_view data) {
    append_u32(out, static_cast<std::uint32_t>(data.size()));
    const auto begin = out.size();
    out += type;
    out += data;
    append_u32(out, libdeflate_crc32(0, out.data() + begin, out.size() - begin));
}

std::vector<chunk> split_chunks(std::string_view bytes) {
    if (bytes.size() > limits::image_bytes) refuse("it is too large");
    if (!bytes.starts_with(signature)) refuse("it does not start like one");
    bytes.remove_prefix(signature.size());
    std::vector<chunk> chunks;
    bool has_image = false;
    while (chunks.empty() || chunks.back().type != "IEND") {
        if (chunks.size() == max_chunks) refuse("it has too many chunks");
        chunks.push_back(next_chunk(bytes));
        bytes.remove_prefix(chunks.back().whole.size());
        has_image |= chunks.back().type == "IDAT";
    }
    if (chunks.front().type != "IHDR" || chunks.front().data.size() != header_bytes)
        refuse("its header is damaged");
    if (!has_image) refuse("it holds no image");
    return chunks;
}

}  // namespace medusa::png
