#include "core/hash.hpp"

#include <openssl/evp.h>

#include <array>

#include "core/error.hpp"

namespace medusa {
namespace {

std::string digest_hex(const EVP_MD* algorithm, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, algorithm, nullptr) != 1)
        throw error(errc::internal, "OpenSSL could not compute a digest");
    constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(length * 2);
    for (unsigned i = 0; i < length; ++i) {
        hex += digits[digest[i] >> 4];
        hex += digits[digest[i] & 15];
    }
    return hex;
}

}  // namespace

std::string md5_hex(std::string_view bytes) {
    return digest_hex(EVP_md5(), bytes);
}
std::string sha1_hex(std::string_view bytes) {
    return digest_hex(EVP_sha1(), bytes);
}
std::string sha256_hex(std::string_view bytes) {
    return digest_hex(EVP_sha256(), bytes);
}

}  // namespace medusa
