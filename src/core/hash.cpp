#include "core/hash.hpp"

#include <openssl/evp.h>

#include <array>

#include "core/error.hpp"

namespace medusa {
namespace {

using digest_bytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;

void expect_success(int result) {
    if (result != 1) throw error(errc::internal, "OpenSSL could not compute a digest");
}

std::string hex_of(const digest_bytes& digest, unsigned length) {
    constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(length * 2);
    for (unsigned i = 0; i < length; ++i) {
        hex += digits[digest[i] >> 4];
        hex += digits[digest[i] & 15];
    }
    return hex;
}

std::string digest_hex(const EVP_MD* algorithm, std::string_view bytes) {
    digest_bytes digest{};
    unsigned length = 0;
    expect_success(
        EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, algorithm, nullptr));
    return hex_of(digest, length);
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

sha256_stream::sha256_stream() : state_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    expect_success(state_ ? EVP_DigestInit_ex(state_.get(), EVP_sha256(), nullptr) : 0);
}

void sha256_stream::add(std::string_view bytes) {
    expect_success(EVP_DigestUpdate(state_.get(), bytes.data(), bytes.size()));
}

std::string sha256_stream::hex() {
    digest_bytes digest{};
    unsigned length = 0;
    expect_success(EVP_DigestFinal_ex(state_.get(), digest.data(), &length));
    return hex_of(digest, length);
}

}  // namespace medusa
