// Digests, by OpenSSL. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace medusa {

// Lower-case hexadecimal digest of `bytes` (32, 40 and 64 characters).
std::string md5_hex(std::string_view bytes);
std::string sha1_hex(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);

}  // namespace medusa
