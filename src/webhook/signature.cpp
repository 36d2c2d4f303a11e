#include "webhook/signature.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>

#include "core/base64.hpp"
#include "core/error.hpp"

namespace medusa {
namespace {

constexpr std::string_view prefix = "whsec_";
// The specification wants 24 to 64.
constexpr std::size_t secret_bytes = 32;

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (!HMAC(EVP_sha256(), key.data(), int(key.size()),
              reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
              &size))
        throw error(errc::internal, "no HMAC-SHA256");
    return {digest.begin(), digest.begin() + size};
}

}  // namespace

std::string new_webhook_secret() {
    std::array<unsigned char, secret_bytes> bytes{};
    if (RAND_bytes(bytes.data(), int(bytes.size())) != 1)
        throw error(errc::internal, "the operating system gave no random bytes");
    return std::string(prefix) + to_base64({reinterpret_cast<char*>(bytes.data()), bytes.size()});
}

webhook_stamp stamp_webhook(std::string_view secret, const std::string& id, time_point now,
                            std::string_view body) {
    const auto key =
        secret.starts_with(prefix) ? from_base64(secret.substr(prefix.size())) : std::nullopt;
    if (!key || key->empty())
        throw error(errc::corrupted, "the secret of a webhook is damaged",
                    "Remove the webhook and make it anew");
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const auto signed_text = fmt::format("{}.{}.{}", id, seconds, body);
    return {id, std::to_string(seconds), "v1," + to_base64(hmac_sha256(*key, signed_text))};
}

}  // namespace medusa
