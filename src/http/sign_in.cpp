#include "http/sign_in.hpp"

#include <fmt/format.h>
#include <jwt.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <set>

#include "core/base64.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "domain/validate.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

constexpr std::size_t token_chars_max = 4'096;
constexpr std::size_t signature_chars = 43;  // of 32 bytes
constexpr std::size_t secret_bytes_min = 32;
constexpr std::size_t secret_bytes_max = 4'096;
// So far two machines' clocks may be apart.
constexpr std::chrono::seconds leeway{60};
constexpr std::int64_t latest_second = 253'402'300'799;  // the year 9999 ends

[[noreturn]] void refuse(const std::string& problem) {
    throw error(errc::unauthorized, "the sign-in token " + problem,
                "Sign in again where the token came from, or make one with: medusa token create");
}

std::string decoded(std::string part) {
    constexpr auto alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if (part.find_first_not_of(alphabet) != std::string::npos) refuse("is malformed");
    std::replace(part.begin(), part.end(), '-', '+');
    std::replace(part.begin(), part.end(), '_', '/');
    part.append((4 - part.size() % 4) % 4, '=');
    auto bytes = from_base64(part);
    if (!bytes || bytes->empty()) refuse("is malformed");
    return std::move(*bytes);
}

// Of a name that stands there twice, two readers may take different values (RFC 8725, 2.6). Only
// for text that is known to be a JSON object.
bool repeats_a_name(std::string_view text) {
    std::set<std::string_view> names;
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '{' || text[i] == '[') ++depth;
        if (text[i] == '}' || text[i] == ']') --depth;
        if (text[i] != '"') continue;
        const auto begin = ++i;
        while (text[i] != '"') i += text[i] == '\\' ? 2 : 1;
        const auto word = text.substr(begin, i - begin);
        const auto next = text.find_first_not_of(" \t\r\n", i + 1);
        if (depth != 1 || text[next] != ':') continue;
        // An escape is another way to write the same name.
        if (word.find('\\') != std::string_view::npos || !names.insert(word).second) return true;
    }
    return false;
}

json::object object_in(const std::string& part) {
    const auto text = decoded(part);
    boost::system::error_code malformed;
    auto document = json::parse(text, malformed);
    if (malformed || !document.is_object() || repeats_a_name(text)) refuse("is malformed");
    return std::move(document.as_object());
}

std::optional<std::string> text_in(const json::object& claims, std::string_view name) {
    const auto* found = claims.if_contains(name);
    if (!found) return std::nullopt;
    if (!found->is_string()) refuse(fmt::format("has a claim {} that is no text", name));
    return std::string(found->as_string());
}

std::optional<time_point> time_in(const json::object& claims, std::string_view name) {
    const auto* found = claims.if_contains(name);
    if (!found) return std::nullopt;
    double seconds = -1;
    if (found->is_int64()) seconds = double(found->as_int64());
    if (found->is_double()) seconds = found->as_double();
    if (!(seconds >= 0 && seconds <= double(latest_second)))
        refuse(fmt::format("has a claim {} that is no time", name));
    return time_point(std::chrono::seconds(std::int64_t(seconds)));
}

void expect_times(const json::object& claims, time_point now) {
    const auto ends = time_in(claims, "exp");
    if (!ends) refuse("never expires");
    if (now >= *ends + leeway) refuse("has expired");
    const auto begins = time_in(claims, "nbf");
    if (begins && now + leeway < *begins) refuse("does not count yet");
    const auto made = time_in(claims, "iat");
    if (made && now + leeway < *made) refuse("was made in the future");
}

void expect_audience(const json::object& claims, const std::string& wanted) {
    const auto* found = claims.if_contains("aud");
    if (!found && wanted.empty()) return;
    bool named = false;
    if (found && found->is_string()) named = found->as_string() == wanted;
    if (found && found->is_array())
        for (const auto& one : found->as_array())
            named = named || (one.is_string() && one.as_string() == wanted);
    if (wanted.empty() || !named) refuse("is for another service");
}

// RFC 8693, 4.2: words with blanks between them; those of other services are theirs.
access_scope scope_in(const json::object& claims) {
    std::optional<access_scope> widest;
    for (const auto& word : split(text_in(claims, "scope").value_or(""), ' '))
        if (const auto scope = access_scope_from(word))
            widest = std::max(widest.value_or(*scope), *scope);
    if (!widest) refuse("has none of the scopes read, write and admin");
    return *widest;
}

}  // namespace

sign_in_terms sign_in_terms_of(const http_config& settings) {
    auto text = read_file(settings.jwt_secret_file, secret_bytes_max);
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!text.empty() && blank(text.back())) text.pop_back();
    text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), blank));
    if (text.size() < secret_bytes_min)
        throw error(errc::invalid_argument,
                    fmt::format("the secret in {} has {} bytes", settings.jwt_secret_file.string(),
                                text.size()),
                    fmt::format("HS256 needs {} at least: openssl rand -hex 32", secret_bytes_min));
    return {std::move(text), settings.jwt_issuer, settings.jwt_audience};
}

// libjwt accepts anything when it is given no key, and lets the token choose the algorithm.
void sign_in::expect_signature(const std::string& token) const {
    jwt_t* decoded = nullptr;
    const auto* key = reinterpret_cast<const unsigned char*>(terms_.secret.data());
    const int problem = ::jwt_decode(&decoded, token.c_str(), key, int(terms_.secret.size()));
    const std::unique_ptr<jwt_t, void (*)(jwt_t*)> owned(decoded, ::jwt_free);
    if (problem != 0 || !owned || ::jwt_get_alg(owned.get()) != JWT_ALG_HS256)
        refuse("is not signed with the secret that is set");
}

sign_in::guest sign_in::identify(const std::string& token, time_point now) const {
    if (token.size() > token_chars_max) refuse("is too long");
    const auto parts = split(token, '.');
    if (parts.size() != 3 || parts[2].size() != signature_chars) refuse("is malformed");
    if (token.find('\0') != std::string::npos) refuse("is malformed");
    const auto head = object_in(parts[0]);
    if (text_in(head, "alg") != "HS256") refuse("is not signed by HS256");
    const auto type = to_lower(text_in(head, "typ").value_or("jwt"));
    if (type != "jwt") refuse("is of another kind");
    // Extensions that must be understood, and we know none (RFC 7515, 4.1.11).
    if (head.contains("crit") || head.contains("b64") || head.contains("enc"))
        refuse("needs extensions");
    expect_signature(token);

    const auto claims = object_in(parts[1]);
    expect_times(claims, now);
    if (!terms_.issuer.empty() && text_in(claims, "iss") != terms_.issuer)
        refuse("comes from another service");
    expect_audience(claims, terms_.audience);
    guest found;
    found.scope = scope_in(claims);
    const auto subject = text_in(claims, "sub");
    if (!subject) refuse("says nothing of whose it is");
    try {
        found.owner = validate(
            owner_info{*subject, text_in(claims, "preferred_username").value_or(*subject)});
    } catch (const error& malformed) {
        if (malformed.code() == errc::unauthorized) throw;
        refuse("names nobody: " + malformed.detail());
    }
    return found;
}

}  // namespace medusa::http
