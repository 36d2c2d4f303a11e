#include "core/base64.hpp"

#include <openssl/evp.h>

namespace medusa {

std::string to_base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), int(bytes.size()));
    text.resize(std::size_t(size));
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    constexpr std::string_view head_end = ";base64,";
    if (text.starts_with("data:")) {
        const auto end = text.find(head_end);
        if (end == std::string_view::npos) return std::nullopt;
        text.remove_prefix(end + head_end.size());
    }
    if (text.empty() || text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    // OpenSSL would take blanks at the ends and padding in the middle.
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (text.find_first_not_of(alphabet) < text.size() - padding) return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), int(text.size()));
    if (size < 0) return std::nullopt;
    bytes.resize(std::size_t(size) - padding);
    return bytes;
}

}  // namespace medusa
