#include "store/access_tokens.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>
#include <utility>

#include "core/error.hpp"
#include "core/hash.hpp"

namespace medusa {
namespace {

constexpr std::pair<access_scope, std::string_view> words[] = {
    {access_scope::read, "read"}, {access_scope::write, "write"}, {access_scope::admin, "admin"}};

constexpr std::size_t token_bytes = 32;
constexpr auto token_word = "mds_";

std::string random_text() {
    std::array<unsigned char, token_bytes> bytes{};
    if (RAND_bytes(bytes.data(), int(bytes.size())) != 1)
        throw error(errc::internal, "this machine has no random numbers");
    return fmt::format("{}{:02x}", token_word, fmt::join(bytes, ""));
}

}  // namespace

issued_token issue_token(const owner_info& owner, access_scope scope, const clock& time,
                         id_source& ids) {
    issued_token made{random_text(), {}};
    made.record = {ids.uuid(), sha256_hex(made.text), owner, scope, time.now()};
    return made;
}

std::string_view to_string(access_scope scope) {
    for (const auto& [known, word] : words)
        if (known == scope) return word;
    return {};
}

std::optional<access_scope> access_scope_from(std::string_view wanted) {
    for (const auto& [scope, word] : words)
        if (word == wanted) return scope;
    return std::nullopt;
}

}  // namespace medusa
