// How an answer is represented to this client: with an entity tag, as 304 when the client has it
// already, compressed where the client wants that (RFC 9110, 8.8, 12.5.3 and 13.1.2).
//
// Pure; any thread, but not the I/O thread: it hashes and compresses the whole body.
#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"

namespace medusa::http {

// Answers of text, JSON among it, are changed; others, and those that bring an ETag of their own,
// stay as they are.
void represent(const request& asked, response& reply);

// A text with its tag, packed as tightly as it goes: once, for a response that is always the same.
fixed_text fixed_of(std::string plain);

// The strong entity tag of these bytes, with its quotes: "4a1f…".
std::string etag_of(std::string_view body);

// How entity tags are compared (RFC 9110, 8.8.3.2): If-None-Match asks for the weak way, If-Match,
// by which something is changed, for the strong one, where no weak tag is like any other.
enum class tag_comparison { weak, strong };

// Whether a header If-Match or If-None-Match names this tag, in any representation: it is "*", or
// has it in its list, compressed or not.
bool names_tag(std::string_view list, std::string_view etag, tag_comparison by);

// By a header Accept-Encoding: gzip is wanted, and the plain text not wanted more.
bool wants_gzip(std::string_view accepted);

}  // namespace medusa::http
