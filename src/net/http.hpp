// Outgoing HTTP: one request, one whole reply in memory, within a deadline and a size.
//
// The composition root owns the client; any number of threads may call send() at once, and
// connections are kept and shared among them. Redirects are not followed, certificates are always
// checked, cookies are not kept. Secrets go into `bearer` or the address, never into a header by
// hand: no error text repeats them, nor a query, nor the name of a pod.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "net/failure.hpp"

struct sockaddr;  // of POSIX

namespace medusa {

// RunPod's proxy cuts a request that is silent for 100 s, so none of ours lives that long.
inline constexpr std::chrono::milliseconds request_deadline{90'000};
inline constexpr std::chrono::milliseconds connect_deadline{10'000};
inline constexpr std::size_t reply_bytes_default = std::size_t{16} << 20;
inline constexpr std::size_t reply_header_bytes_max = std::size_t{64} << 10;

// One part of a multipart/form-data body.
struct form_part {
    std::string name;
    std::string data;
    std::string file_name = {};     // empty: a plain field
    std::string content_type = {};  // empty: as curl guesses from the file name
    // Not empty: sent in place of `data`, from the caller's memory, which must outlive the call.
    std::string_view borrowed = {};
};

struct http_request {
    std::string method = "GET";
    std::string url;                        // "user:pass@" in it becomes Basic authentication
    std::vector<http_header> headers = {};  // beside what is set anyway (host, length, user agent)
    std::string bearer = {};                // not empty: "Authorization: Bearer ..."
    std::string body = {};
    std::vector<form_part> form = {};  // not empty: sent as multipart/form-data in place of `body`

    // The first words of every error text ("RunPod connection failed"), and who failed.
    std::string failure_words = "The request failed";
    std::string upstream = {};
    call_facts facts = {};  // what its failure is judged by

    std::chrono::milliseconds connect_timeout = connect_deadline;
    std::chrono::milliseconds deadline = request_deadline;  // for all of it
    // Given up when no byte moves for so long (whole seconds, rounded up); 0: the deadline alone.
    std::chrono::milliseconds silence_max{0};
    // Of the body, unpacked. More is refused as soon as it is seen, and never held in memory.
    std::size_t reply_bytes_max = reply_bytes_default;
    // The reply is there with its head: a body that is larger than that, breaks off or does not
    // come to its end within the deadline is cut there, and no failure.
    bool head_is_enough = false;
};

struct http_reply {
    int status = 0;
    std::vector<http_header> headers;  // names in lower case, in the order of arrival
    std::string body;

    std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

class http_client {
public:
    virtual ~http_client() = default;
    // The reply, whatever its status. Throws error with failure() set when no whole reply came
    // (errc unavailable or timed_out), error(invalid_argument) for an unusable address or one that
    // `may_connect` refuses, and error(cancelled) as soon as `stop` is requested.
    virtual http_reply send(const http_request& request, std::stop_token stop) = 0;
};

struct http_options {
    std::string ca_file = {};  // PEM; certificates to trust in place of the system's
    // Not empty: asked before each connection, with the very address that it goes to, after a name
    // was looked up; false refuses it. There is then no proxy, which could look up on its own.
    std::function<bool(const sockaddr&)> may_connect = {};
};

std::unique_ptr<http_client> make_http_client(http_options options = {});

// The error for a reply that is not what was asked for, classified by request.facts; empty for a
// success. `reason` is the server's own (one line, already made harmless), and may be empty.
std::optional<error> reply_error(const http_request& request, const http_reply& reply,
                                 std::string_view reason = {}, const clock& time = system_clock());

// send(), and reply_error() thrown if there is one.
http_reply send_checked(http_client& client, const http_request& request, std::stop_token stop);

}  // namespace medusa
