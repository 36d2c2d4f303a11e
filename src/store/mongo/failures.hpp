// What the driver's errors mean: for the user as words, for us as what may be tried again.
//
// Pure functions; any thread. They throw nothing, and no text of theirs holds a user or password.
#pragma once

#include <bson/bson.h>

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace medusa::mongo {

// The beginning of every error text of this adapter.
inline constexpr std::string_view failure_words = "Database connection failed: ";

// `hosts` names the servers; `retryable` is true when the server labelled its answer so, `tls` when
// the address asks for it. Everything this adapter sends may be sent twice, so no failure is
// ambiguous.
error translated(const bson_error_t& reason, bool retryable, const std::string& hosts,
                 bool tls = false);

// Whether a write was refused because a document with its id, or another unique value, is there.
bool is_duplicate(const bson_error_t& reason);
// Whether the server will not do it, now or later: it lacks the command or an option of it, or what
// is stored is in the way. Not for lack of rights.
bool is_refusal(const bson_error_t& reason);
// Whether an index on the same fields is there, under another name or with other options.
bool is_other_index(const bson_error_t& reason);

// The error for an address that the driver refuses. `reason` is left out where it repeats a part of
// the address that may be secret.
error bad_address(const std::string& uri, std::string_view reason);

// The error for a file that an option of the address names and that cannot be read.
error bad_tls_file(std::string_view option, const std::string& file);

// The error for a document that cannot be read; `what` names it.
error damaged(const std::string& what, const std::string& reason);

}  // namespace medusa::mongo
