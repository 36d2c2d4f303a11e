// Base64 (RFC 4648, section 4), by OpenSSL. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace medusa {

std::string to_base64(std::string_view bytes);
// Empty for anything but whole groups of the alphabet; a data URI's head ("data:image/png;base64,")
// is passed over.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace medusa
