// The attempt log port: each prompt that is sent to a remote engine, written down before it is
// sent.
//
// A restarted process finds here what may still run or lie finished on a server, and fetches it
// instead of paying for it twice. One of the ports of a store adapter; used from several threads
// and processes at once. Errors of every function: error(storage), unavailable.
#pragma once

#include <string>
#include <vector>

#include "core/clock.hpp"

namespace medusa {

enum class attempt_state {
    sent,       // on its way, queued, running or finished there: the server has to be asked
    done,       // its picture arrived
    failed,     // the server refused it, or it ended without a picture
    lost,       // the server knows nothing of it any more
    cancelled,  // by the user
};

struct attempt {
    std::string id;  // lower-case UUID; the prompt's id on the server
    std::string job_id;
    int image_index = 0;    // which picture of the job
    std::string server;     // its URL without user and password
    std::string remote_id;  // the server's own id where it differs, empty before it answered
    std::string model;
    std::string identity_method;
    attempt_state state = attempt_state::sent;
    std::string reason;  // why it ended without a picture; no address, no prompt
    time_point created_at{};
    friend bool operator==(const attempt&, const attempt&) = default;
};

class attempt_log {
public:
    virtual ~attempt_log() = default;
    // Durable when it returns. error(conflict) for an id that is there already.
    virtual void begin(const attempt& sent) = 0;
    virtual void accepted(const std::string& id, const std::string& remote_id) = 0;
    // Sets how it ended; an attempt that has ended stays as it is.
    virtual void end(const std::string& id, attempt_state state, const std::string& reason) = 0;
    // Every attempt at one picture, oldest first.
    virtual std::vector<attempt> of(const std::string& job_id, int image_index) = 0;
};

}  // namespace medusa
