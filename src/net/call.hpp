// What calls by HTTP and by WebSocket share: checks of what is sent, and the words for a failure
// (who failed, why, and what to do about it). Pure functions: any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "net/failure.hpp"
#include "net/url.hpp"

namespace medusa {

// What a request says about itself; borrowed for the length of a call.
struct call_words {
    std::string_view failure_words;  // "RunPod connection failed"
    std::string_view upstream;
    std::string_view url;  // as called: it is made printable here
    const call_facts& facts;
};

// The address of the call, which must be one of `scheme` ("http", "ws") or its encrypted form.
// Throws error(invalid_argument).
url_parts address_of(const call_words& call, std::string_view scheme);

// Throws error(invalid_argument), which does not repeat them, if a header or the token could end
// its line.
void check_headers(const std::vector<http_header>& headers, std::string_view bearer);

// `note` is the library's own reason, used where it helps (certificates); may be empty.
error socket_error(const call_words& call, socket_failure failure, bool sent,
                   std::string_view note = {});

// Empty for a success; see classify_reply() and reply_error().
std::optional<error> status_error(const call_words& call, int status,
                                  const std::vector<http_header>& headers,
                                  std::string_view body_start, std::string_view reason,
                                  time_point now);

// What is thrown when the caller asked to stop.
error stopped_error(const call_words& call);

}  // namespace medusa
