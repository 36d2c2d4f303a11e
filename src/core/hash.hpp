// Digests, by OpenSSL. Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // of OpenSSL

namespace medusa {

// Lower-case hexadecimal digest of `bytes` (32, 40 and 64 characters).
std::string md5_hex(std::string_view bytes);
std::string sha1_hex(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);

// SHA-256 of what comes bit by bit. One thread at a time.
class sha256_stream {
public:
    sha256_stream();
    void add(std::string_view bytes);
    // Of all that was added; nothing can be added afterwards.
    std::string hex();

private:
    std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> state_;
};

}  // namespace medusa
