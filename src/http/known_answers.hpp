// Answers that are given again while nothing in the store has changed since they were made: the
// same request of the same token then costs neither a look into the store nor JSON.
//
// Owned by the gate; any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "http/message.hpp"
#include "store/change_counter.hpp"

namespace medusa::http {

class known_answers {
public:
    // What the store was like when an answer was begun.
    using state = std::optional<std::uint64_t>;

    // `changes`: none, and no answer is ever known.
    explicit known_answers(change_counter* changes) : changes_(changes) {}

    // The answer, if it was kept and would be the same today; tells `asked` what was found out.
    std::optional<response> find(const request& asked);
    // To be asked for before a look into the store; empty: the answer cannot be kept.
    state before(const request& asked);
    // The answer as this client is to have it, represented. What was changed since `then`, while it
    // was made, may be in it or not: so it is not kept.
    void keep(const state& then, const request& asked, const response& reply);

private:
    struct entry {
        response reply;
        std::string_view route;
        std::string owner;
    };

    state now() const;

    change_counter* const changes_;
    std::mutex mutex_;
    state state_;                                     // of all below; guarded by mutex_
    std::unordered_map<std::string, entry> answers_;  // by what asks for it; guarded by mutex_
};

}  // namespace medusa::http
