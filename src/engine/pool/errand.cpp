#include "engine/pool/errand.hpp"

#include <algorithm>

namespace medusa {
namespace {

// A prompt of ours on a server, for a scope.
class stay {
public:
    stay(turnstile& servers, std::size_t server) : servers_(servers), server_(server) {}
    ~stay() {
        servers_.told_nothing(server_);
        servers_.leave(server_);
    }
    stay(const stay&) = delete;
    stay& operator=(const stay&) = delete;

private:
    turnstile& servers_;
    std::size_t server_;
};

}  // namespace

// An attempt while this process looks after it.
struct errand::trial {
    attempt sent;
    std::size_t server = 0;
    bool accepted = false;  // by all that is known the server has it, or had it
};

errand::errand(const pool_parts& with, turnstile& servers, retry_budget& budget,
               const picture_request& request, const progress_sink& progress, std::stop_token stop)
    : with_(with),
      servers_(servers),
      request_(request),
      progress_(progress),
      stop_(std::move(stop)),
      wish_{request.style, request.settings.model, request.workflow.has_value()},
      course_(with.attempts->of(request.job_id, request.image_index), budget, system_random()) {}

picture errand::run() {
    for (const auto& earlier : course_.open())
        if (auto drawn = ask_earlier(earlier)) return std::move(*drawn);
    for (;;)
        if (auto drawn = draw()) return std::move(*drawn);
}

std::optional<picture> errand::ask_earlier(const attempt& earlier) {
    trial current{earlier, 0, true};
    while (current.server < servers_.size() &&
           servers_.member(current.server).key != earlier.server)
        ++current.server;
    if (current.server == servers_.size()) {
        end(earlier, attempt_state::lost, "its server is not in use any more");
        return std::nullopt;
    }
    servers_.adopt(current.server);
    const stay held(servers_, current.server);
    return outcome(current, false);
}

std::optional<picture> errand::draw() {
    auto place = servers_.wait(wish_, next_terms_, progress_, stop_);
    const stay held(servers_, place.server);
    // Only now that another server takes the picture: without one, this attempt was its best hope.
    if (unanswered_) end(*unanswered_, attempt_state::lost, "its server could not be asked");
    unanswered_.reset();
    trial current{written_down(place), place.server, false};
    auto drawn = outcome(current, true);
    if (drawn && !place.model.note.empty()) drawn->notes.push_back(std::move(place.model.note));
    return drawn;
}

attempt errand::written_down(const placement& place) {
    attempt sent;
    sent.id = with_.ids.uuid();
    sent.job_id = request_.job_id;
    sent.image_index = request_.image_index;
    sent.server = servers_.member(place.server).key;
    sent.model = place.model.name;
    sent.identity_method =
        course_.method(servers_.offers(place.server), request_.reference.has_value());
    sent.created_at = with_.time.now();
    with_.attempts->begin(sent);
    return sent;
}

// The attempt's picture; none when it ended without one and another may follow.
std::optional<picture> errand::outcome(trial& current, bool anew) {
    for (;; anew = false) {
        if (!anew && !can_be_asked(current)) return std::nullopt;
        std::optional<picture> drawn;
        try {
            drawn = answer(current, anew);
        } catch (const error& failure) {
            if (is_left(failure)) throw;
            servers_.failed(current.server, failure);
            const auto next = course_.failed(failure, current.accepted);
            if (!goes_on(current, next, failure)) return std::nullopt;
            continue;
        }
        if (!drawn || is_whole(*drawn, current)) return ended(current, std::move(drawn));
    }
}

std::optional<picture> errand::answer(trial& current, bool anew) {
    const auto accepted = [&](const std::string& remote_id) {
        current.accepted = true;
        if (remote_id == current.sent.id) return;
        current.sent.remote_id = remote_id;
        with_.attempts->accepted(current.sent.id, remote_id);
    };
    const attempt_order order{request_,
                              current.sent.id,
                              current.sent.remote_id,
                              current.sent.model,
                              current.sent.identity_method,
                              accepted};
    auto& server = servers_.server(current.server);
    return anew ? server.run(order, progress_, stop_) : server.resume(order, progress_, stop_);
}

// Waits until the server can be asked; false when that is in vain.
bool errand::can_be_asked(const trial& current) {
    try {
        servers_.wait(wish_, {.only = current.server}, progress_, stop_);
        return true;
    } catch (const error& unanswered) {
        if (is_left(unanswered)) throw;
        const bool stopped = unanswered.code() == errc::cancelled;
        if (stopped || course_.unanswered().next == ruling::act::give_up) {
            end(current.sent, stopped ? attempt_state::cancelled : attempt_state::lost,
                unanswered.detail());
            throw course_.last_words(unanswered);
        }
        unanswered_ = current.sent;
        next_terms_ = {.avoid = current.server};
        return false;
    }
}

std::optional<picture> errand::ended(trial& current, std::optional<picture> drawn) {
    servers_.drew(current.server);
    if (drawn) {
        end(current.sent, attempt_state::done, "");
        return drawn;
    }
    const error faceless(errc::unavailable, remote_failure{failure_class::permanent},
                         "RunPod connection failed: the server found no face to keep, and says so "
                         "even of a picture that needs none",
                         "Look at the server's log", "engine");
    end(current.sent, attempt_state::failed, "no face was found in the reference picture");
    if (course_.faceless(current.sent.identity_method).next == ruling::act::give_up) throw faceless;
    next_terms_ = {};
    return std::nullopt;
}

// False: what came cannot be used, and the server is asked for it once more. Throws the second
// time.
bool errand::is_whole(const picture& drawn, trial& current) {
    if (!with_.inspect) return true;
    try {
        with_.inspect(drawn);
        return true;
    } catch (const error& unusable) {
        goes_on(current, course_.undecodable(), unusable);
        return false;
    }
}

// True: the same attempt is asked after. False: it is over, another one may follow. Else throws.
bool errand::goes_on(trial& current, const ruling& next, const error& failure) {
    if (next.next == ruling::act::ask_again) {
        current.accepted = true;
        return true;
    }
    end(current.sent, next.ends_as, failure.detail());
    if (next.next == ruling::act::give_up) throw course_.last_words(failure);
    if (with_.retried && failure.failure()) with_.retried(failure.failure()->kind);
    next_terms_ = {};
    if (next.avoid_server) next_terms_.avoid = current.server;
    next_terms_.not_before = with_.pauses.elapsed() + next.pause;
    return false;
}

// Its attempt stays open in the log: whoever goes on with the picture asks after it.
bool errand::is_left(const error& failure) const {
    return failure.code() == errc::cancelled && request_.left.stop_requested();
}

void errand::end(const attempt& of, attempt_state state, const std::string& reason) {
    with_.attempts->end(of.id, state, reason);
}

}  // namespace medusa
