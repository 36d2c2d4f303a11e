// The one exception type of the program, and the one table that maps its codes.
//
// Thrown for every outcome that depends on input or on something outside; a look-up that finds
// nothing returns an empty std::optional instead. It is caught in three places only: the HTTP edge,
// the worker, and the command line's main. Values are immutable: any thread.
#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace medusa {

enum class errc {
    invalid_argument,  // malformed or out-of-range input: the caller must change it
    not_found,         // the named object does not exist, or belongs to someone else
    unauthorized,      // sign-in or permission
    conflict,          // the object changed meanwhile, or the name is taken
    refused,           // refused by the content policy
    quota,             // a limit on amount or rate
    timed_out,         // our own deadline passed, the work may still run
    unavailable,       // a remote part does not answer
    storage,           // the local disk or database failed
    corrupted,         // stored data is damaged
    cancelled,         // the user asked to stop
    internal,          // a bug
};

enum class retry_class { never, later, wait };

struct errc_info {
    errc code;
    std::string_view name;  // the stable word in JSON errors
    int exit_code;          // of the command line (interface.md 3)
    int http_status;
    retry_class retry;
};

// The row of `code`; every code has one.
const errc_info& info(errc code);
// The code of that name; internal for an unknown one.
errc errc_named(std::string_view name);

// What a failed call to a remote part allows next.
enum class failure_class {
    transient,  // try again after a pause; costs an attempt
    throttled,  // wait as long as the server says; costs no attempt
    warming,    // the server is still starting: wait; costs no attempt
    ambiguous,  // sent, and no answer came: look up what became of it before it is sent again
    permanent,  // the same call fails again: give up, and say why
    lost,       // the server forgot a job that it had accepted: submit it anew, once
};

struct remote_failure {
    failure_class kind = failure_class::permanent;
    std::chrono::milliseconds wait{0};  // as told by the server, at most 1 h; 0: it told nothing
    int status = 0;                     // of HTTP; 0: no whole reply came
};

class error : public std::exception {
public:
    // `detail` says what went wrong, in words a user understands; `advice` what to do next (may be
    // empty); `upstream` names the remote part that failed (empty: none).
    error(errc code, std::string detail, std::string advice = {}, std::string upstream = {});
    // The same for a call to a remote part, with what it allows next.
    error(errc code, remote_failure failure, std::string detail, std::string advice = {},
          std::string upstream = {});

    errc code() const noexcept { return code_; }
    const std::string& detail() const noexcept { return detail_; }
    const std::string& advice() const noexcept { return advice_; }
    const std::string& upstream() const noexcept { return upstream_; }
    // Set when a remote part failed and it is known what that allows next.
    const std::optional<remote_failure>& failure() const noexcept { return failure_; }
    // "detail. advice": what the command line prints after "medusa: ".
    const char* what() const noexcept override { return what_.c_str(); }

private:
    errc code_;
    std::string detail_;
    std::string advice_;
    std::string upstream_;
    std::optional<remote_failure> failure_;
    std::string what_;
};

}  // namespace medusa
