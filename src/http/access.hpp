// Who asks: by an access token, or as the local user while nothing but this machine is served.
#pragma once

#include <optional>
#include <string>

#include "http/service.hpp"

namespace medusa::http {

// Throws error(unauthorized) for a token that is unknown, and without any on an address that needs
// one; and `forbidden` for what a page of another site has a browser send (interface.md 6).
identity who_asks(const service& with, const request& asked);

// The bearer token that is sent, however its scheme is spelled; empty: none, or another scheme.
std::string token_sent(const request& asked);

// Whether the service listens where only this machine can reach it.
bool is_local(const std::string& listen);

// 403: who asks is known, and may not.
class forbidden final : public error {
public:
    explicit forbidden(std::string detail, std::string advice);
};

}  // namespace medusa::http
