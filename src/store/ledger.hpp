// The ledger port: what a store has given out, records apart. It comes along when they move to
// another store, so that no id, number or folder is given out twice.
//
// One of the ports of a store adapter; used from several threads and processes at once. Errors of
// every function: error(storage), corrupted, unavailable.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace medusa {

struct given_out {
    std::int64_t last_id = 0;                      // the highest id of a character so far
    std::int64_t highest_number = 0;               // of an image, 0 when none has one
    std::map<std::string, std::string> folders{};  // of the asset tree, by user_id
    friend bool operator==(const given_out&, const given_out&) = default;
};

class ledger {
public:
    virtual ~ledger() = default;
    virtual given_out all() = 0;
    // Raises what comes next above ids and numbers of `from`, and binds its folders. A user who has
    // another folder already keeps that one, and a taken folder stays with its user.
    virtual void take_over(const given_out& from) = 0;
};

}  // namespace medusa
