// What of the configuration nobody may read in a log.
#include <charconv>

#include "config/config.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

constexpr std::size_t token_file_bytes = 64 << 10;

// "%40" becomes "@"; what is no escape stays.
std::string decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char byte = 0;
        const auto* digits = text.data() + i + 1;
        const bool escaped = text[i] == '%' && i + 2 < text.size() &&
                             std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
        plain += escaped ? char(byte) : text[i];
        if (escaped) i += 2;
    }
    return plain;
}

// The sign-in of "scheme://user:password@host" and its password alone, as they are written and as
// they are sent.
void add_sign_in(std::vector<std::string>& found, const std::string& address) {
    const auto scheme = address.find("://");
    if (scheme == std::string::npos) return;
    const auto begin = scheme + 3;
    const auto at = address.rfind('@', address.find('/', begin));
    if (at == std::string::npos || at < begin) return;
    const auto sign_in = address.substr(begin, at - begin);
    const auto colon = sign_in.find(':');
    for (const auto& plain : {sign_in, decoded(sign_in)}) found.push_back(plain);
    if (colon == std::string::npos) return;
    const auto password = sign_in.substr(colon + 1);
    for (const auto& plain : {password, decoded(password)}) found.push_back(plain);
}

void add_file(std::vector<std::string>& found, const std::filesystem::path& file) {
    if (file.empty()) return;
    try {
        found.push_back(collapse_spaces(read_file(file, token_file_bytes)));
    } catch (const error&) {
        return;
    }
}

}  // namespace

std::vector<std::string> secrets_of(const config& settings) {
    std::vector<std::string> found{settings.cloudinary.api_secret};
    for (const auto& address : {settings.mongodb_uri, settings.nats_url, settings.cloudinary.url})
        add_sign_in(found, address);
    const auto& engines = settings.engines;
    for (const auto* urls : {&engines.webui_urls, &engines.realistic_urls, &engines.other_urls})
        for (const auto& address : *urls) add_sign_in(found, address);
    add_file(found, engines.token_file);
    add_file(found, settings.http.jwt_secret_file);
    return found;
}

}  // namespace medusa
