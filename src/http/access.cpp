#include "http/access.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "core/hash.hpp"
#include "core/text.hpp"

namespace medusa::http {
namespace {

constexpr std::size_t token_chars_max = 256;
constexpr std::string_view scheme = "bearer ";

bool is_loopback_name(std::string_view host) {
    return host == "127.0.0.1" || host == "localhost" || host == "[::1]" || host == "::1";
}

// "host:port" taken apart; the brackets of an IPv6 address stay.
std::pair<std::string, std::string> host_and_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || text.find(']', colon) != std::string_view::npos)
        return {std::string(text), {}};
    return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

bool has_bearer(std::string_view authorization) {
    return lower_ascii(authorization.substr(0, scheme.size())) == scheme;
}

[[noreturn]] void refuse_token(const char* problem) {
    throw error(errc::unauthorized, problem,
                "Make one with: medusa token create --scope write, and send it as "
                "Authorization: Bearer TOKEN");
}

identity by_token(const service& with, std::string_view token) {
    if (with.guests && token.find('.') != std::string_view::npos) {
        auto [owner, scope] = with.guests->identify(std::string(token), with.time.now());
        return {std::move(owner), scope};
    }
    if (token.empty() || token.size() > token_chars_max) refuse_token("the token is malformed");
    const auto digest = sha256_hex(token);
    const auto found = with.tokens.find(digest);
    if (!found || found->sha256.size() != digest.size() ||
        CRYPTO_memcmp(found->sha256.data(), digest.data(), digest.size()) != 0)
        refuse_token("the token is not known");
    return {found->owner, found->scope};
}

// A browser sends what any page tells it to: so who has no token must be no foreign page.
void expect_no_stranger(const service& with, const request& asked) {
    // Through a proxy of this machine anybody may come.
    if (!asked.header("x-forwarded-for").empty() || !asked.header("forwarded").empty())
        throw forbidden("the request comes through a proxy", "Send a token with it");
    const auto [host, port] = host_and_port(asked.header("host"));
    const auto& own_port = with.port;
    if (!is_loopback_name(host) || port != own_port)
        throw forbidden("the Host is not this machine's",
                        "Without a token, ask for http://127.0.0.1:" + own_port);
    const auto origin = asked.header("origin");
    constexpr std::string_view plain = "http://";
    const auto from = origin.starts_with(plain) ? host_and_port(origin.substr(plain.size()))
                                                : std::pair<std::string, std::string>{};
    const bool foreign =
        !origin.empty() && (!is_loopback_name(from.first) || from.second != own_port);
    if (foreign || asked.header("sec-fetch-site") == "cross-site")
        throw forbidden("the request comes from another site", "Send a token with it");
}

}  // namespace

forbidden::forbidden(std::string detail, std::string advice)
    : error(errc::unauthorized, std::move(detail), std::move(advice)) {}

std::string token_sent(const request& asked) {
    const auto sent = asked.header("authorization");
    return has_bearer(sent) ? collapse_spaces(sent.substr(scheme.size())) : std::string();
}

bool is_local(const std::string& listen) {
    return is_loopback_name(host_and_port(listen).first);
}

identity who_asks(const service& with, const request& asked) {
    const auto authorization = asked.header("authorization");
    if (!authorization.empty()) {
        if (!has_bearer(authorization)) refuse_token("only bearer tokens are understood");
        return by_token(with, token_sent(asked));
    }
    if (!is_local(with.settings.http.listen)) refuse_token("a token is needed");
    expect_no_stranger(with, asked);
    return {{with.settings.user_id, with.settings.username}, access_scope::admin};
}

}  // namespace medusa::http
