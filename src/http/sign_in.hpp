// Sign-in by JSON web tokens (RFC 7519) of an existing service, which shares one secret with us.
//
// One per service; any thread. The algorithm is HS256 and nothing else, whatever a token says of
// itself (RFC 8725, 3.1).
#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"
#include "core/clock.hpp"
#include "domain/character.hpp"
#include "store/access_tokens.hpp"

namespace medusa::http {

struct sign_in_terms {
    std::string secret;    // at least 32 bytes
    std::string issuer;    // empty: any
    std::string audience;  // empty: tokens that name an audience are for others
};

// Reads MEDUSA_JWT_SECRET_FILE; without the blanks around its text. Throws
// error(invalid_argument) for a secret that is too short to be one.
sign_in_terms sign_in_terms_of(const http_config& settings);

class sign_in {
public:
    struct guest {
        owner_info owner;  // the claims sub and preferred_username
        access_scope scope = access_scope::read;
    };

    explicit sign_in(sign_in_terms terms) : terms_(std::move(terms)) {}

    // Throws error(unauthorized) for everything that is not beyond doubt: its detail says why, and
    // of a token that is not signed with our secret nothing else than that.
    guest identify(const std::string& token, time_point now) const;

private:
    void expect_signature(const std::string& token) const;

    sign_in_terms terms_;
};

}  // namespace medusa::http
