// What a failed call to a remote part means: the failure classes of core/error.hpp, by the service,
// the call, its status or socket error, and the age of the pod. Pure functions: any thread, and no
// errors of their own.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/error.hpp"

namespace medusa {

struct http_header {
    std::string name;  // of a reply: in lower case
    std::string value;
};

// The first header of that name (given in lower case), empty if there is none.
std::string_view find_header(const std::vector<http_header>& headers, std::string_view name);

// How a service words its failures.
enum class remote_service {
    generic,
    engine,      // an image engine, often behind RunPod's proxy
    cloudinary,  // rate limits as 420, with the reset time in X-FeatureRateLimit-Reset
};

// What has to be known about a call to judge its failure.
struct call_facts {
    remote_service service = remote_service::generic;
    // Sending it twice does no more than sending it once: all look-ups, and submits that the server
    // itself recognises.
    bool idempotent = true;
    // The answer must be data (JSON, a picture): a web page with status 200 is then a failure.
    bool wants_data = false;
    // It asks for a job that the server once accepted and may have forgotten by now: 404 is `lost`.
    bool job_may_be_gone = false;
    // How long ago the pod started, or was first met in the state of starting; empty: not known, or
    // no pod.
    std::optional<std::chrono::seconds> pod_age = {};
};

// A pod is taken to be starting for so long (RunPod's RUNPOD_INIT_TIMEOUT).
inline constexpr std::chrono::seconds pod_start_max{7 * 60};
// No server makes us wait longer than that.
inline constexpr std::chrono::milliseconds told_wait_max{60 * 60 * 1'000};

// Empty: a success (2xx). `body_start` is the body or its first bytes, `now` the wall
// clock's time (waits are told as dates as well).
std::optional<remote_failure> classify_reply(const call_facts& facts, int status,
                                             const std::vector<http_header>& headers,
                                             std::string_view body_start, time_point now);

// How a call ended that brought no whole reply.
enum class socket_failure {
    unknown_host,     // the name has no address
    refused,          // nobody listens there, or no way leads there
    connect_timeout,  // no connection within its limit
    tls,              // no common way to encrypt, or cut during the handshake
    certificate,      // encrypted, but not by whom the address names
    reset,            // cut before a reply
    silent,           // the deadline passed, or no byte came for too long
    cut_short,        // the reply ended before its end
    not_http,         // an answer, but not in HTTP
    too_large,        // a reply beyond what the caller takes
};

// `sent`: the request had left in full, so the server may have acted on it.
remote_failure classify_socket(const call_facts& facts, socket_failure failure, bool sent);

// Whether a body is a web page, whatever its content type says.
bool looks_like_html(const std::vector<http_header>& headers, std::string_view body_start);

// How long the server asks to be left alone: Retry-After (seconds or HTTP date) or
// X-FeatureRateLimit-Reset (HTTP date); 0 without them, at most told_wait_max.
std::chrono::milliseconds told_wait(const std::vector<http_header>& headers, time_point now);

// The code of the error that reports `failure`: what the user sees as exit code or status.
errc errc_of(const remote_failure& failure);

// "transient", "throttled" ...: for logs and records.
std::string_view to_string(failure_class kind);

}  // namespace medusa
