// Which server draws which picture, and when: the decisions of the pool, without threads or I/O.
//
// Owned and guarded by the turnstile; the simulation drives it on a virtual clock. Pictures come in
// as tickets and leave with a verdict: a place on a server, or an error because no server can ever
// take them. What happens to servers is told by whoever saw it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/pool/model_choice.hpp"
#include "engine/pool/pod.hpp"
#include "engine/pool/roster.hpp"

namespace medusa {

// Loading another model takes some such time; a server that has it already is worth that wait.
inline constexpr double model_load_s = 12;
// What a picture is taken to last on a server that has drawn none yet.
inline constexpr double picture_assumed_s = 10;
// How many later pictures may go first because their model is the loaded one.
inline constexpr int overtaken_max = 8;
// While others could take over, a server that cannot be asked about a prompt is waited for so long.
inline constexpr milliseconds lookup_wait_max{20'000};

struct placement_wish {
    std::string style;
    std::string model{};    // as the user wrote it; empty: the default
    bool workflow = false;  // a graph of the user's own
};

struct ticket_terms {
    std::optional<std::size_t> avoid{};  // it has just failed this picture: another one is better
    std::optional<std::size_t> only{};   // it may hold the picture: to be asked, not to draw
    milliseconds not_before{0};
};

using ticket_id = std::uint64_t;

struct placement {
    std::size_t server = 0;
    model_choice model;
};

struct verdict {
    ticket_id ticket = 0;
    std::optional<placement> place{};
    std::optional<error> hopeless{};  // set where `place` is not
};

class dispatcher {
public:
    dispatcher(const std::vector<pool_member>& members, timer& time, const unit_random& random);

    // Throws error(invalid_argument) when no server is set for the style.
    ticket_id enqueue(const placement_wish& wish, const ticket_terms& terms);
    void withdraw(ticket_id ticket);
    // The tickets that are decided by now; each is told once and is gone then.
    std::vector<verdict> decide();
    // What a picture that waits is told: warming while no server is there for it, else waiting.
    render_progress outlook(ticket_id ticket) const;

    bool probe_due() const;
    // A server that is to be asked how it is; probed() or probe_failed() must follow.
    std::optional<std::size_t> take_probe();
    void probed(std::size_t server, server_capabilities offers);
    void probe_failed(std::size_t server, const error& failure);
    // Asks for a probe of every server, those included that no picture wants.
    void want_all();

    // When decide() or take_probe() may have something to do though nobody tells anything.
    std::optional<milliseconds> next_event() const;

    pod& at(std::size_t server) { return pods_[server]; }
    const pod& at(std::size_t server) const { return pods_[server]; }
    std::size_t size() const { return pods_.size(); }

private:
    struct ticket {
        ticket_id id = 0;
        placement_wish wish;
        ticket_terms terms;
        milliseconds since{0};
        int overtaken = 0;
    };
    struct candidate {
        std::size_t ticket = 0;  // in tickets_
        std::size_t server = 0;
        model_choice model;
        double done_in_s = 0;
    };

    std::optional<std::size_t> due_probe() const;
    bool serves(std::size_t server, const ticket& of) const;
    std::optional<model_choice> model_on(std::size_t server, const placement_wish& wish) const;
    bool may_draw(std::size_t server, const ticket& of) const;
    bool other_may_draw(std::size_t than, const ticket& of) const;
    double done_in_s(std::size_t server, const model_choice& model) const;
    bool better_to_wait(std::size_t server, const candidate& given) const;
    std::optional<candidate> best_for(std::size_t server) const;
    std::optional<candidate> best() const;
    std::optional<error> why_hopeless(const ticket& of) const;
    std::optional<error> why_unanswered(const ticket& of) const;
    void decide_lookups(std::vector<verdict>& decided);
    void hand_out_places(std::vector<verdict>& decided);
    void refuse_hopeless(std::vector<verdict>& decided);

    const std::vector<pool_member>& members_;
    timer& time_;
    std::vector<pod> pods_;
    std::vector<bool> wanted_;     // by some picture, now or before: only those are probed
    std::vector<ticket> tickets_;  // oldest first
    ticket_id last_ticket_ = 0;
};

}  // namespace medusa
