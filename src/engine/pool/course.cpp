#include "engine/pool/course.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace medusa {
namespace {

constexpr auto no_reference = "seed";

}  // namespace

picture_course::picture_course(const std::vector<attempt>& earlier, retry_budget& budget,
                               unit_random random)
    : counted_(budget), random_(std::move(random)) {
    // One that is done was fetched by a process that ended before it could store the picture.
    std::copy_if(earlier.begin(), earlier.end(), std::back_inserter(open_), [](const attempt& one) {
        return one.state == attempt_state::sent || one.state == attempt_state::done;
    });
}

ruling picture_course::failed(const error& failure, bool accepted) {
    if (failure.code() == errc::cancelled) return {ruling::act::give_up, attempt_state::cancelled};
    if (!failure.failure()) return {};
    switch (failure.failure()->kind) {
        case failure_class::permanent:
            return {};
        case failure_class::lost:
            return new_try(attempt_state::lost, false);
        case failure_class::warming:
        case failure_class::throttled:
            if (accepted) return {ruling::act::ask_again};
            return {ruling::act::try_anew, attempt_state::failed};
        case failure_class::ambiguous:
            return {ruling::act::ask_again};
        case failure_class::transient:
            // The picture may be there although it could not be brought here.
            if (accepted && lookups_++ < lookups_an_attempt) return {ruling::act::ask_again};
            return new_try(attempt_state::failed, true);
    }
    return {};
}

ruling picture_course::unanswered() {
    return new_try(attempt_state::lost, false);
}

ruling picture_course::new_try(attempt_state ends_as, bool from_budget) {
    lookups_ = 0;
    if (++spoilt_ >= attempts_a_picture) return {ruling::act::give_up, ends_as};
    // A prompt that a server took and forgot multiplies nothing; one that it failed may.
    if (from_budget && !counted_.take_retry()) return {ruling::act::give_up, ends_as};
    const auto pause = from_budget ? full_jitter(spoilt_ - 1, random_()) : backoff_base * 0;
    return {ruling::act::try_anew, ends_as, pause, true};
}

ruling picture_course::undecodable() {
    if (++undecodable_ >= undecodable_max) return {};
    return {ruling::act::ask_again};
}

ruling picture_course::faceless(const std::string& identity_method) {
    faceless_.insert(identity_method);
    // The last rung needs no face: a server that says so of it is at fault.
    const bool last = identity_method == no_reference;
    return {last ? ruling::act::give_up : ruling::act::try_anew, attempt_state::failed};
}

std::string picture_course::method(const server_capabilities& offers, bool has_reference) const {
    if (!has_reference) return no_reference;
    for (const auto& method : offers.identity_methods)
        if (!faceless_.contains(method)) return method;
    return no_reference;
}

error picture_course::last_words(const error& failure) const {
    if (spoilt_ < 2 || !failure.failure()) return failure;
    return error(failure.code(), *failure.failure(),
                 fmt::format("{} (after {} attempts)", failure.detail(), spoilt_), failure.advice(),
                 failure.upstream());
}

}  // namespace medusa
