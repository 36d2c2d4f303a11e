#include "core/ids.hpp"

#include <openssl/rand.h>

#include <array>
#include <string_view>

#include "core/error.hpp"
#include "core/hash.hpp"

namespace medusa {
namespace {

constexpr std::size_t hyphens[] = {8, 13, 18, 23};

// 32 hexadecimal digits as a version 4 UUID: version and variant set, hyphens in place.
std::string as_uuid(std::string digits) {
    constexpr std::string_view variants = "89ab";
    digits[12] = '4';
    digits[16] = variants[std::size_t(digits[16]) % variants.size()];
    for (const auto at : hyphens) digits.insert(at, 1, '-');
    return digits;
}

class openssl_ids final : public id_source {
public:
    std::string uuid() override {
        std::array<unsigned char, 16> bytes{};
        if (RAND_bytes(bytes.data(), int(bytes.size())) != 1)
            throw error(errc::internal, "the operating system gave no random bytes");
        constexpr char digits[] = "0123456789abcdef";
        std::string text;
        for (const unsigned char byte : bytes) {
            text += digits[byte >> 4];
            text += digits[byte & 15];
        }
        return as_uuid(text);
    }
};

}  // namespace

id_source& random_ids() {
    static openssl_ids instance;
    return instance;
}

std::string derived_uuid(const std::string& job_id, int index) {
    return as_uuid(sha256_hex(job_id + "/" + std::to_string(index)).substr(0, 32));
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
