#include "webhook/postman.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "store/undamaged.hpp"

namespace medusa {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t ends_at_once = 100;
constexpr milliseconds forget_pause = std::chrono::hours(1);
// How many of the newest deliveries are looked at to see whether an endpoint works at all.
constexpr std::size_t looked_back = 50;

std::optional<std::int64_t> character_of(const job& of, job_state end, character_store& in) {
    if (const auto* wanted = std::get_if<image_request>(&of.request)) return wanted->character_id;
    if (end != job_state::done) return std::nullopt;
    const auto made = if_undamaged([&] { return in.find_by_job(of.id); });
    return made ? std::optional(made->id) : std::nullopt;
}

}  // namespace

postman::postman(postman_parts with) : with_(std::move(with)) {
    for (int i = 0; i < senders; ++i) threads_.emplace_back([this] { work(stop_.get_token()); });
}

postman::~postman() {
    stop_.request_stop();
}

void postman::work(const std::stop_token& stop) {
    while (auto held = next(stop)) {
        try {
            deliver(*held, stop);
        } catch (const error& failure) {
            // It is due again when the claim has passed.
            failed(failure);
        }
        left(held->to.id);
    }
}

std::optional<postman::claimed> postman::next(const std::stop_token& stop) {
    const std::lock_guard turn(turn_);
    while (!stop.stop_requested()) {
        try {
            forget_old();
            // What is due goes first: it does not wait for a long row of ends.
            const bool anybody = !with_.endpoints.list({}).empty();
            if (auto found = anybody ? look() : std::nullopt) return found;
            if (anybody && sort_out()) continue;
            is_out_ = false;
        } catch (const error& failure) {
            failed(failure);
        }
        idle_.wait(with_.pauses, look_pause, stop);
    }
    return std::nullopt;
}

// Empty: there is no such job, or it cannot be read.
std::optional<std::string> postman::told(const job_end& end) {
    const auto of = if_undamaged([&] { return with_.jobs.find(end.job_id); });
    if (!of) return std::nullopt;
    return body_of_end(end, *of, character_of(*of, end.state, with_.characters), with_.base_url);
}

// False: there was nothing to sort out.
bool postman::sort_out() {
    const auto ends = with_.outbox.untold(ends_at_once);
    if (ends.empty()) return false;
    // Asked for after the ends: whoever was there before one of them is among these.
    const auto endpoints = with_.endpoints.list({});
    std::vector<webhook_delivery> made;
    for (const auto& end : ends) {
        const auto its = deliveries_of(
            end, endpoints, [&] { return told(end); }, with_.time.now());
        made.insert(made.end(), its.begin(), its.end());
    }
    with_.outbox.tell(ends, made);
    return true;
}

// The next delivery that is due, made this thread's own.
std::optional<postman::claimed> postman::look() {
    while (auto due = with_.outbox.due(with_.time.now(), busy_or_resting())) {
        auto mine = claim(std::move(*due));
        if (!mine) continue;
        auto to = if_undamaged([&] { return with_.endpoints.find(mine->endpoint_id); });
        if (to && to->disabled_reason.empty()) {
            took(to->id);
            return claimed{std::move(*to), std::move(*mine)};
        }
        const auto revision = mine->revision++;
        mine->state = delivery_state::dead;
        mine->updated_at = with_.time.now();
        mine->reason =
            to ? "the webhook is off: " + to->disabled_reason : "the webhook is gone, or damaged";
        with_.outbox.swap(*mine, revision);
    }
    return std::nullopt;
}

// Empty: another process has it.
std::optional<webhook_delivery> postman::claim(webhook_delivery one) {
    const auto revision = one.revision++;
    one.due_at = with_.time.now() + claim_time;
    if (!with_.outbox.swap(one, revision)) return std::nullopt;
    return one;
}

void postman::deliver(const claimed& held, const std::stop_token& stop) {
    webhook_answer answer;
    try {
        answer = with_.sender.send(held.to, held.one, stop);
    } catch (const error& failure) {
        if (failure.code() == errc::cancelled) return give_back(held.one);
        answer = {0, failure.detail(), {}};
    }
    settle(held, after_try(held.one, answer, with_.time.now(), with_.random()));
}

void postman::settle(const claimed& held, const webhook_outcome& outcome) {
    rest(held.to.id, outcome.rest);
    auto changed = outcome.changed;
    if (with_.tried) with_.tried(changed.state);
    ++changed.revision;
    // Somebody else's by now: what becomes of it and of its endpoint is theirs to say.
    if (!with_.outbox.swap(changed, held.one.revision)) return;
    if (outcome.gone)
        with_.endpoints.disable(held.to.id, "the receiver says that it is gone (410)");
    else if (changed.state == delivery_state::dead && !has_succeeded_since(changed))
        with_.endpoints.disable(held.to.id,
                                fmt::format("{} tries in a row failed, the last because: {}",
                                            changed.attempts, changed.reason));
}

void postman::give_back(webhook_delivery one) {
    const auto revision = one.revision++;
    one.due_at = with_.time.now();
    with_.outbox.swap(one, revision);
}

bool postman::has_succeeded_since(const webhook_delivery& dead) {
    const auto delivered =
        with_.outbox.list(dead.endpoint_id, delivery_state::delivered, looked_back);
    return std::any_of(delivered.begin(), delivered.end(),
                       [&](const auto& one) { return one.updated_at >= dead.created_at; });
}

void postman::forget_old() {
    const auto now = with_.pauses.elapsed();
    if (now < next_forget_) return;
    next_forget_ = now + forget_pause;
    with_.outbox.forget(with_.time.now() - kept);
}

std::vector<std::string> postman::busy_or_resting() {
    const std::lock_guard lock(mutex_);
    const auto now = with_.pauses.elapsed();
    std::erase_if(rests_, [&](const auto& rest) { return rest.second <= now; });
    std::vector<std::string> found;
    for (const auto& [id, until] : rests_) found.push_back(id);
    for (const auto& [id, count] : sending_)
        if (count >= senders_per_endpoint) found.push_back(id);
    return found;
}

void postman::took(const std::string& endpoint_id) {
    const std::lock_guard lock(mutex_);
    ++sending_[endpoint_id];
}

void postman::left(const std::string& endpoint_id) {
    {
        const std::lock_guard lock(mutex_);
        if (--sending_[endpoint_id] == 0) sending_.erase(endpoint_id);
    }
    idle_.wake();
}

void postman::rest(const std::string& endpoint_id, milliseconds pause) {
    if (pause.count() == 0) return;
    const std::lock_guard lock(mutex_);
    auto& until = rests_[endpoint_id];
    until = std::max(until, with_.pauses.elapsed() + pause);
}

void postman::failed(const error& failure) {
    if (failure.code() == errc::cancelled || is_out_.exchange(true)) return;
    if (with_.trouble) with_.trouble(failure);
}

}  // namespace medusa
