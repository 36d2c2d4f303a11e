#include "core/ids.hpp"

#include <openssl/rand.h>

#include <array>

#include "core/error.hpp"

namespace medusa {
namespace {

constexpr std::size_t hyphens[] = {8, 13, 18, 23};

class openssl_ids final : public id_source {
public:
    std::string uuid() override {
        std::array<unsigned char, 16> bytes{};
        if (RAND_bytes(bytes.data(), int(bytes.size())) != 1)
            throw error(errc::internal, "the operating system gave no random bytes");
        bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
        bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
        constexpr char digits[] = "0123456789abcdef";
        std::string text;
        for (const unsigned char byte : bytes) {
            text += digits[byte >> 4];
            text += digits[byte & 15];
        }
        for (const auto at : hyphens) text.insert(at, 1, '-');
        return text;
    }
};

}  // namespace

id_source& random_ids() {
    static openssl_ids instance;
    return instance;
}

bool is_uuid(const std::string& text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        const char c = text[i];
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (hyphen ? c != '-' : !hex) return false;
    }
    return true;
}

}  // namespace medusa
