// One picture on its way through the pool: earlier attempts are asked after, then a server is
// waited for, the attempt written down and sent, until there is a picture or no hope.
//
// On the stack of one render() call; what it borrows outlives that.
#pragma once

#include <stop_token>

#include "engine/pool/course.hpp"
#include "engine/pool/pool.hpp"
#include "engine/pool/turnstile.hpp"

namespace medusa {

class errand {
public:
    errand(const pool_parts& with, turnstile& servers, retry_budget& budget,
           const picture_request& request, const progress_sink& progress, std::stop_token stop);

    // Throws what render() throws.
    picture run();

private:
    struct trial;

    std::optional<picture> ask_earlier(const attempt& earlier);
    std::optional<picture> draw();
    attempt written_down(const placement& place);
    std::optional<picture> outcome(trial& current, bool anew);
    std::optional<picture> answer(trial& current, bool anew);
    bool can_be_asked(const trial& current);
    std::optional<picture> ended(trial& current, std::optional<picture> drawn);
    bool goes_on(trial& current, const ruling& next, const error& failure);
    bool is_whole(const picture& drawn, trial& current);
    void end(const attempt& of, attempt_state state, const std::string& reason);
    bool is_left(const error& failure) const;

    const pool_parts& with_;
    turnstile& servers_;
    const picture_request& request_;
    const progress_sink& progress_;
    std::stop_token stop_;
    placement_wish wish_;
    picture_course course_;
    ticket_terms next_terms_;
    std::optional<attempt> unanswered_;  // sent, and its server cannot be asked
};

}  // namespace medusa
