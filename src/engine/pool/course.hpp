// What is done about one picture: which earlier attempts are asked after, and what follows when an
// attempt fails. Decisions only; the errand carries them out, and so does the simulation.
//
// One per picture, used by one thread; the budget is shared and must outlive it.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "engine/image_server.hpp"
#include "net/retry.hpp"
#include "store/attempt_log.hpp"

namespace medusa {

// Of one picture, those that a server spoilt; waiting for a pod costs none.
inline constexpr int attempts_a_picture = 5;
// Pictures that cannot be decoded; a second one is no accident.
inline constexpr int undecodable_max = 2;
// A server that takes a prompt, fails before the picture is here, and may hold it still.
inline constexpr int lookups_an_attempt = 3;

// What follows on a failed attempt.
struct ruling {
    enum class act {
        ask_again,  // the attempt may still give the picture: its server is asked
        try_anew,   // it is over, a new one may be sent after `pause`
        give_up,    // it is over, and so is the picture
    };
    act next = act::give_up;
    attempt_state ends_as = attempt_state::failed;  // unless asked again
    std::chrono::milliseconds pause{0};
    bool avoid_server = false;
};

class picture_course {
public:
    // `earlier`: every attempt at this picture that is in the log.
    picture_course(const std::vector<attempt>& earlier, retry_budget& budget, unit_random random);

    // Earlier attempts whose picture may lie on a server, oldest first.
    const std::vector<attempt>& open() const { return open_; }

    // `accepted`: the server is known to have taken the prompt, or this was a question about it.
    ruling failed(const error& failure, bool accepted);
    // The server could not be asked any more about an attempt: it is taken to be gone.
    ruling unanswered();
    // What came is no picture: brought once more, then given up.
    ruling undecodable();
    // The identity method found no face; the next of the server's rungs is tried.
    ruling faceless(const std::string& identity_method);

    // The strongest rung that was not tried in vain. An avatar has no reference: "seed".
    std::string method(const server_capabilities& offers, bool has_reference) const;

    // `failure` as the user is told it, when the picture is given up because of it.
    error last_words(const error& failure) const;

private:
    ruling new_try(attempt_state ends_as, bool from_budget);

    retry_budget::call counted_;
    unit_random random_;
    std::vector<attempt> open_;
    std::set<std::string> faceless_;
    int spoilt_ = 0;
    int lookups_ = 0;
    int undecodable_ = 0;
};

}  // namespace medusa
