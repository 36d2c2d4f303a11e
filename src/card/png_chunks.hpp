// The frame of a PNG file: signature and chunks (PNG specification, third edition, section 5).
// A part of png.hpp's functions, not for others. Any thread; errors: error(invalid_argument).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace medusa::png {

inline constexpr std::string_view signature = "\x89PNG\r\n\x1a\n";

struct chunk {
    std::string_view type;  // four letters
    std::string_view data;
    std::string_view whole;  // with length, type and CRC, as it lies in the file
};

[[noreturn]] void refuse(std::string_view cause);

std::uint32_t read_u32(std::string_view four_bytes);
void append_u32(std::string& out, std::uint32_t value);
void append_chunk(std::string& out, std::string_view type, std::string_view data);

// Every chunk of a sound file from IHDR to IEND, with CRCs checked; they borrow `bytes`. Bytes
// after IEND are ignored, as readers do.
std::vector<chunk> split_chunks(std::string_view bytes);

}  // namespace medusa::png
