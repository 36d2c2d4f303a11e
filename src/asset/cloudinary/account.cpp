#include "asset/cloudinary/account.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "net/url.hpp"

namespace medusa {
namespace {

constexpr std::string_view scheme = "cloudinary://";

[[noreturn]] void refuse(std::string_view problem,
                         const char* advice =
                             "CLOUDINARY_URL is written cloudinary://key:secret@cloud; copy it "
                             "from the dashboard of the account") {
    throw error(errc::invalid_argument, fmt::format("Cloudinary upload failed: {}", problem),
                advice);
}

bool is_cloud_name(std::string_view name) {
    constexpr std::string_view others = "-_";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    });
}

// "https://host:port/path" without a slash at its end.
std::string base_address(std::string_view name, std::string text) {
    if (text.find("://") == std::string::npos) text = "https://" + text;
    while (text.ends_with('/')) text.pop_back();
    try {
        const auto parts = parse_url(text);
        const bool safe =
            parts.scheme == "https" || (parts.scheme == "http" && is_loopback(parts.host));
        if (safe && parts.user.empty() && parts.query.empty()) return text;
    } catch (const error& reason) {
        if (reason.code() != errc::invalid_argument) throw;
    }
    refuse(fmt::format("{} in CLOUDINARY_URL is no https address", name),
           "Write it as https://host, or leave it out: few accounts have an address of their own");
}

void read_query(cloudinary_account& account, std::string_view query) {
    for (const auto& pair : split(query, '&')) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos) continue;
        const auto name = pair.substr(0, equals);
        const auto value = pair.substr(equals + 1);
        if (name == "upload_prefix") account.api = base_address(name, value);
        // A host of the account's own, so its addresses do not name the cloud.
        if (name == "secure_distribution") account.delivery = base_address(name, value);
    }
}

cloudinary_account from_url(std::string_view url) {
    if (!url.starts_with(scheme)) refuse("CLOUDINARY_URL has another form");
    url.remove_prefix(scheme.size());
    const auto question = std::min(url.find('?'), url.size());
    const auto query = url.substr(std::min(question + 1, url.size()));
    const auto main = url.substr(0, question);
    const auto at = main.rfind('@');
    if (at == std::string_view::npos)
        refuse("CLOUDINARY_URL has no @ and name of a cloud at its end");

    cloudinary_account account;
    account.cloud_name = main.substr(at + 1, main.find('/', at) - at - 1);
    try {
        // Decodes what is percent-encoded in them.
        const auto parts = parse_url(fmt::format("https://{}@cloud", main.substr(0, at)));
        account.api_key = parts.user;
        account.api_secret = parts.password;
    } catch (const error& reason) {
        if (reason.code() != errc::invalid_argument) throw;
    }
    if (account.api_key.empty() || account.api_secret.empty())
        refuse("CLOUDINARY_URL has no key or no secret");
    if (!is_cloud_name(account.cloud_name)) refuse("CLOUDINARY_URL has no name of a cloud");
    account.delivery = "https://res.cloudinary.com/" + account.cloud_name;
    read_query(account, query);
    return account;
}

}  // namespace

cloudinary_account account_from(const cloudinary_config& settings) {
    cloudinary_account account;
    if (!settings.url.empty()) {
        account = from_url(settings.url);
    } else {
        if (!is_cloud_name(settings.cloud_name))
            throw error(errc::invalid_argument,
                        "Cloudinary upload failed: CLOUDINARY_CLOUD_NAME is no name of a cloud",
                        "It has letters, digits and dashes; copy it from the dashboard");
        account.cloud_name = settings.cloud_name;
        account.api_key = settings.api_key;
        account.api_secret = settings.api_secret;
        account.delivery = "https://res.cloudinary.com/" + account.cloud_name;
    }
    if (settings.signature_algorithm == "sha256") account.algorithm = signature_algorithm::sha256;
    return account;
}

}  // namespace medusa
