// Tokens as sign-in services make them, and as attackers do: signed here by OpenSSL, not by the
// library that checks them.
#include "http/sign_in.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base64.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "support/child.hpp"

namespace medusa::http {
namespace {

const std::string secret = "0123456789abcdef0123456789abcdef";
const time_point now = from_rfc3339("2026-11-23T12:00:00.000Z");
const std::int64_t second =
    std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();

std::string url64(const std::string& bytes) {
    auto text = to_base64(bytes);
    while (text.ends_with('=')) text.pop_back();
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
}

std::string hmac(const std::string& text, const std::string& key, const EVP_MD* digest) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    ::HMAC(digest, key.data(), int(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), mac, &size);
    return {reinterpret_cast<const char*>(mac), size};
}

std::string signed_with(const std::string& key, const std::string& head,
                        const std::string& claims) {
    const auto text = url64(head) + "." + url64(claims);
    return text + "." + url64(hmac(text, key, EVP_sha256()));
}

const std::string head = R"({"alg":"HS256","typ":"JWT"})";
std::string claims(const std::string& more = {}) {
    return R"({"sub":"anna-7","scope":"read write","exp":)" + std::to_string(second + 600) + more +
           "}";
}
std::string good(const std::string& more = {}) {
    return signed_with(secret, head, claims(more));
}

// What it is refused with; empty: it is not.
std::string refusal(const std::string& token, const sign_in_terms& terms = {secret, {}, {}}) {
    try {
        sign_in(terms).identify(token, now);
        return {};
    } catch (const error& refused) {
        EXPECT_EQ(refused.code(), errc::unauthorized);
        EXPECT_NE(refused.advice(), "");
        return refused.detail();
    }
}

TEST(http_sign_in, a_good_token_says_who_asks_and_how_far) {
    const auto found = sign_in({secret, {}, {}}).identify(good(), now);
    EXPECT_EQ(found.owner, (owner_info{"anna-7", "anna-7"}));
    EXPECT_EQ(found.scope, access_scope::write);
    const sign_in_terms terms{secret, "https://id.example", "medusa"};
    const auto whole = sign_in(terms).identify(
        good(R"(,"iss":"https://id.example","aud":["shop","medusa"],"iat":)" +
             std::to_string(second) + R"(,"nbf":)" + std::to_string(second) +
             R"(,"preferred_username":"Anna","jti":"1","groups":["a",{"sub":"x"}])"),
        now);
    EXPECT_EQ(whole.owner, (owner_info{"anna-7", "Anna"}));
    EXPECT_EQ(refusal(good(R"(,"iss":"https://id.example","aud":"medusa")"), terms), "");
    const auto scope = [](const std::string& words) {
        return sign_in({secret, {}, {}})
            .identify(signed_with(secret, head,
                                  R"({"sub":"a","scope":")" + words + R"(","exp":)" +
                                      std::to_string(second + 1) + "}"),
                      now)
            .scope;
    };
    EXPECT_EQ(scope("openid read"), access_scope::read);
    EXPECT_EQ(scope("admin"), access_scope::admin);
    EXPECT_EQ(scope("read profile admin write"), access_scope::admin);
    EXPECT_EQ(refusal(signed_with(secret, R"({"kid":"any","alg":"HS256"})", claims())), "");
    EXPECT_EQ(refusal(signed_with(secret, R"({"alg":"HS256","typ":"jwt"})", claims())), "");
}

TEST(http_sign_in, clocks_may_be_a_minute_apart_and_no_more) {
    const auto at = [](const char* claim, std::int64_t when) {
        const bool ends = std::string(claim) == "exp";
        return refusal(
            signed_with(secret, head,
                        R"({"sub":"a","scope":"read",)" +
                            (ends ? "" : "\"exp\":" + std::to_string(second + 600) + ",") + "\"" +
                            claim + "\":" + std::to_string(when) + "}"));
    };
    EXPECT_EQ(at("exp", second - 59), "");
    EXPECT_NE(at("exp", second - 60), "");
    EXPECT_EQ(at("nbf", second + 60), "");
    EXPECT_NE(at("nbf", second + 61), "");
    EXPECT_EQ(at("iat", second + 60), "");
    EXPECT_NE(at("iat", second + 61), "");
}

struct bad_token {
    const char* what;
    std::string token;
    const char* told;
};

// What is wrong with how it is made.
std::vector<bad_token> badly_made() {
    const auto by = [](const std::string& heading, const std::string& key = secret) {
        return signed_with(key, heading, claims());
    };
    const auto whole = good();
    const auto unsigned_part = whole.substr(0, whole.rfind('.'));
    const auto other = url64(R"({"sub":"ben","scope":"admin","exp":9999999999})");
    const auto body = whole.substr(whole.find('.') + 1, whole.rfind('.') - whole.find('.') - 1);
    const auto longer = unsigned_part + ".";
    return {
        {"nothing", "", "malformed"},
        {"two parts", unsigned_part, "malformed"},
        {"no signature", unsigned_part + ".", "malformed"},
        {"four parts", whole + ".x", "malformed"},
        {"alg none", url64(R"({"alg":"none"})") + "." + body + ".", "malformed"},
        {"alg none with a signature", by(R"({"alg":"none"})"), "HS256"},
        {"alg NoNe", by(R"({"alg":"NoNe"})"), "HS256"},
        {"alg empty", by(R"({"alg":""})"), "HS256"},
        {"no alg", by(R"({"typ":"JWT"})"), "HS256"},
        {"alg hs256", by(R"({"alg":"hs256"})"), "HS256"},
        {"alg RS256, signed with what might be a public key", by(R"({"alg":"RS256"})"), "HS256"},
        {"alg HS512", longer + url64(hmac(unsigned_part, secret, EVP_sha512())), "malformed"},
        {"alg of another type", by(R"({"alg":256})"), "no text"},
        {"alg twice", by(R"({"alg":"none","alg":"HS256"})"), "malformed"},
        {"alg twice, once with an escape", by(R"({"\u0061lg":"none","alg":"HS256"})"), "malformed"},
        {"crit", by(R"({"alg":"HS256","crit":["exp"]})"), "extensions"},
        {"encrypted", by(R"({"alg":"HS256","enc":"A128GCM"})"), "extensions"},
        {"another typ", by(R"({"alg":"HS256","typ":"secevent+jwt"})"), "another kind"},
        {"an empty key", by(head, ""), "not signed"},
        {"another key", by(head, "another secret that is as long as ours"), "not signed"},
        {"kid that climbs to an empty file",
         by(R"({"alg":"HS256","kid":"../../../../dev/null"})", ""), "not signed"},
        {"jwk of its own", by(R"({"alg":"HS256","jwk":{"kty":"oct","k":"AA"}})", "\0"),
         "not signed"},
        {"other claims",
         whole.substr(0, whole.find('.') + 1) + other + whole.substr(whole.rfind('.')),
         "not signed"},
        {"a signature cut short", whole.substr(0, whole.size() - 1), "malformed"},
        {"a signature of another", longer + std::string(43, 'A'), "not signed"},
        {"base64 of the other kind", longer + std::string(42, 'A') + "+", "not signed"},
        {"padded", whole + "=", "malformed"},
        {"a line break", whole + "\n", "malformed"},
        {"a NUL in the middle",
         unsigned_part + std::string("\0", 1) + whole.substr(whole.rfind('.')), "malformed"},
        {"64 KiB", signed_with(secret, head, claims(",\"x\":\"" + std::string(65'536, 'x') + "\"")),
         "too long"},
        {"no JSON", signed_with(secret, head, "sub=anna"), "not signed"},
        {"an array", signed_with(secret, head, "[]"), "malformed"},
        {"deep",
         signed_with(secret, head,
                     claims(",\"x\":" + std::string(100, '[') + std::string(100, ']'))),
         "malformed"},
    };
}

// Signed well, and not for us, or not now.
std::vector<bad_token> badly_meant() {
    const auto with = [](const std::string& text) { return signed_with(secret, head, text); };
    const auto later = std::to_string(second + 600);
    return {
        {"no exp", with(R"({"sub":"a","scope":"read"})"), "never expires"},
        {"exp 1", with(R"({"sub":"a","scope":"read","exp":1})"), "expired"},
        {"exp as text", with(R"({"sub":"a","scope":"read","exp":"9999999999"})"), "no time"},
        {"exp below zero", with(R"({"sub":"a","scope":"read","exp":-1})"), "no time"},
        {"exp beyond all", with(R"({"sub":"a","scope":"read","exp":1e300})"), "no time"},
        {"exp null", with(R"({"sub":"a","scope":"read","exp":null})"), "no time"},
        {"exp twice", with(R"({"sub":"a","scope":"read","exp":1,"exp":)" + later + "}"),
         "malformed"},
        {"sub twice", good(R"(,"sub":"ben")"), "malformed"},
        {"an audience, and none is set", good(R"(,"aud":"shop")"), "another service"},
        {"an empty audience", good(R"(,"aud":"")"), "another service"},
        {"no sub", with(R"({"scope":"read","exp":)" + later + "}"), "whose it is"},
        {"sub a number", with(R"({"sub":7,"scope":"read","exp":)" + later + "}"), "no text"},
        {"sub empty", with(R"({"sub":"","scope":"read","exp":)" + later + "}"), "names nobody"},
        {"sub with a line break", with(R"({"sub":"a\nb","scope":"read","exp":)" + later + "}"),
         "names nobody"},
        {"sub of a kilobyte",
         with(R"({"sub":")" + std::string(1'000, 'a') + R"(","scope":"read","exp":)" + later + "}"),
         "names nobody"},
        {"no scope", with(R"({"sub":"a","exp":)" + later + "}"), "none of the scopes"},
        {"scope of others", with(R"({"sub":"a","scope":"openid","exp":)" + later + "}"),
         "none of the scopes"},
        {"scope in parts", with(R"({"sub":"a","scope":"readwrite","exp":)" + later + "}"),
         "none of the scopes"},
        {"scope a list", with(R"({"sub":"a","scope":["admin"],"exp":)" + later + "}"), "no text"},
    };
}

TEST(http_sign_in, bad_tokens_are_refused_and_say_why) {
    for (const auto& table : {badly_made(), badly_meant()})
        for (const auto& row : table)
            EXPECT_NE(refusal(row.token).find(row.told), std::string::npos)
                << row.what << ": " << refusal(row.token);
    const sign_in_terms terms{secret, "https://id.example", "medusa"};
    const bad_token others[] = {
        {"no iss", good(R"(,"aud":"medusa")"), "comes from another"},
        {"another iss", good(R"(,"iss":"https://id.example.evil","aud":"medusa")"),
         "comes from another"},
        {"no aud", good(R"(,"iss":"https://id.example")"), "is for another"},
        {"another aud", good(R"(,"iss":"https://id.example","aud":["shop","medusa2"])"),
         "is for another"},
        {"aud a number", good(R"(,"iss":"https://id.example","aud":1)"), "is for another"},
    };
    for (const auto& row : others)
        EXPECT_NE(refusal(row.token, terms).find(row.told), std::string::npos) << row.what;
}

TEST(http_sign_in, a_secret_is_read_from_its_file_and_is_long_enough) {
    const testing_support::scratch_folder folder;
    const auto file = folder.path() / "secret";
    http_config settings;
    settings.jwt_secret_file = file;
    settings.jwt_issuer = "i";
    write_file_atomic(file, secret + "\n");
    EXPECT_EQ(sign_in_terms_of(settings).secret, secret);
    EXPECT_EQ(sign_in_terms_of(settings).issuer, "i");
    for (const auto& weak : {std::string(), std::string("\n\n"), std::string(31, 'x')}) {
        write_file_atomic(file, weak);
        EXPECT_THROW(sign_in_terms_of(settings), error) << weak.size();
    }
}

}  // namespace
}  // namespace medusa::http
