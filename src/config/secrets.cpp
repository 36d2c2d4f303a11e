// What of the configuration nobody may read in a log.
#include "config/config.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

constexpr std::size_t token_file_bytes = 64 << 10;

// The sign-in of "scheme://user:password@host": as it is written, and its password alone.
void add_sign_in(std::vector<std::string>& found, const std::string& address) {
    const auto scheme = address.find("://");
    if (scheme == std::string::npos) return;
    const auto begin = scheme + 3;
    const auto at = address.rfind('@', address.find('/', begin));
    if (at == std::string::npos || at < begin) return;
    const auto sign_in = address.substr(begin, at - begin);
    found.push_back(sign_in);
    if (const auto colon = sign_in.find(':'); colon != std::string::npos)
        found.push_back(sign_in.substr(colon + 1));
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
