// The access token port: who may use the HTTP service, and how far.
//
// Tokens are random and shown once; a store keeps their SHA-256 alone, so that nobody who reads it
// can use one. One of the ports of a store adapter; used from several threads and processes at
// once. Errors of every function: error(storage), corrupted, unavailable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "domain/character.hpp"

namespace medusa {

// Each may do what those above it may.
enum class access_scope {
    read,   // see what is the owner's
    write,  // make, change and remove it
    admin,  // see metrics, manage webhooks
};

std::string_view to_string(access_scope scope);
std::optional<access_scope> access_scope_from(std::string_view word);

struct access_token {
    std::string id;      // UUID; names it when it is listed or revoked
    std::string sha256;  // of the token's text, in lower-case hex
    owner_info owner;
    access_scope scope = access_scope::read;
    time_point created_at{};
    friend bool operator==(const access_token&, const access_token&) = default;
};

// A new token: its text, which is told once, and what is kept of it.
struct issued_token {
    std::string text;  // 256 random bits in hex, behind a word by which secret scanners know it
    access_token record;
};
issued_token issue_token(const owner_info& owner, access_scope scope, const clock& time,
                         id_source& ids);

class access_tokens {
public:
    virtual ~access_tokens() = default;
    // Durable when it returns. error(conflict) for an id or a digest that is there already.
    virtual void add(const access_token& made) = 0;
    virtual std::optional<access_token> find(const std::string& sha256) = 0;
    // Oldest first.
    virtual std::vector<access_token> list() = 0;
    // False when there was none. It counts for nobody any more when this returns.
    virtual bool remove(const std::string& id) = 0;
};

}  // namespace medusa
