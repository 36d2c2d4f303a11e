// Requests and answers of the HTTP service, as handlers see them: plain values that know no socket.
// A handler runs on a thread of the pool and never waits for a job: it returns an answer that says
// what the session is to wait for.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/files.hpp"
#include "domain/job.hpp"

namespace medusa::http {

using pair_list = std::vector<std::pair<std::string, std::string>>;

// What the target names: "/api/characters/7?limit=3".
struct target {
    std::string text{};             // as it was sent
    std::vector<std::string> path;  // {"api", "characters", "7"}, percent-decoded
    pair_list query;                // {{"limit", "3"}}, decoded, in order
};

// Throws error(invalid_argument) for what is no path of ours: not beginning with a slash, malformed
// escapes, control characters, text that is not UTF-8, or a segment that is "." or "..".
target parse_target(std::string_view text);

// Names and schemes of HTTP are ASCII, and the same in either case.
std::string lower_ascii(std::string_view text);

struct request {
    std::string method;  // "GET", as sent
    target at;
    pair_list headers;  // names in lower case
    std::string body;
    std::string peer;  // the client's address, as the trusted proxies tell it
    std::string id;    // for logs and answers; the client's own X-Request-Id where it is harmless
    // What is found out on the way, for logs and metrics alone: written by the one thread that has
    // the request at the time.
    struct course {
        std::string_view route = "none";  // the pattern: "/api/characters/{id}"
        std::string owner;                // empty: nobody's
        bool lasts = false;  // the answer follows from the store and from who asks, from no clock
        std::string job_id;
        std::string trouble;  // what went wrong inside, which clients are not told
    };
    mutable course found{};

    // Empty where there is none; the first of several.
    std::string_view header(std::string_view lower_case_name) const;
    std::optional<std::string> parameter(std::string_view name) const;
};

// Bytes of an open file, which are read while they are sent: a large one takes no memory.
struct file_part {
    std::shared_ptr<const descriptor> file;
    std::uint64_t first = 0;
    std::uint64_t bytes = 0;
};

// A text that never changes, with what is made of each text that is sent: see represent.hpp.
struct fixed_text {
    std::string plain;
    std::string gzip;
    std::string etag;
};

struct response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    pair_list headers{};
    std::optional<file_part> file{};    // sent instead of `body`
    const fixed_text* fixed = nullptr;  // what `body` is, if that never changes

    std::uint64_t bytes() const { return file ? file->bytes : body.size(); }
    // In place of the one that it has; a further Vary is added to it.
    void set(std::string_view name, std::string value);
    bool has(std::string_view name) const;
};

// The answer is `then` of the job once it has ended, or as it is when `at_most` is over; on a
// thread of the pool. Without a job when the store could not be asked for it.
struct wait_for {
    std::string job_id;
    std::chrono::milliseconds at_most{0};
    std::function<response(const std::optional<job>&)> then;
};

// The events of a job from after that number on, as server-sent events, until it has ended.
struct event_stream {
    std::string job_id;
    std::int64_t after = 0;
    std::string at_first{};  // told before them, as text of an event stream
    pair_list headers{};     // of its head
};

// The answer takes tens of milliseconds to make, as decoding a picture does: on one of a few
// threads of its own, so that the pool stays free for what is quick.
struct slow_answer {
    std::function<response()> make;
    // What the work is for. Who asks for the same waits for it without a thread, and has its own
    // answer made after that; empty: it is for this one alone.
    std::string key{};
};

using answer = std::variant<response, wait_for, event_stream, slow_answer>;

}  // namespace medusa::http
