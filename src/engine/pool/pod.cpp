#include "engine/pool/pod.hpp"

#include <algorithm>

namespace medusa {
namespace {

constexpr std::size_t pictures_remembered = 9;
// The second prompt is sent when the first has this part of its time left, within bounds.
constexpr double lead_part = 0.25;
constexpr milliseconds lead_min{300};
constexpr milliseconds lead_max{5'000};

failure_class kind_of(const error& failure) {
    return failure.failure() ? failure.failure()->kind : failure_class::permanent;
}

milliseconds told_wait_of(const error& failure) {
    return failure.failure() ? failure.failure()->wait : milliseconds{0};
}

milliseconds from_seconds(double seconds) {
    return milliseconds(std::int64_t(seconds * 1'000));
}

}  // namespace

server_health::breaker pod::breaker() const {
    switch (breaker_->current()) {
        case circuit_breaker::state::closed:
            return server_health::breaker::closed;
        case circuit_breaker::state::half_open:
            return server_health::breaker::half_open;
        case circuit_breaker::state::open:
            break;
    }
    return server_health::breaker::open;
}

bool pod::hopeful() const {
    const auto waited = time_.elapsed() - missed_since_;
    switch (state_) {
        case pod_state::unknown:
        case pod_state::ready:
            return true;
        case pod_state::warming:
            return waited < pod_wait_max;
        case pod_state::down:
            return waited < (met_ ? pod_wait_max : first_contact_max);
        case pod_state::refused:
            return false;
    }
    return false;
}

std::optional<milliseconds> pod::probe_at() const {
    if (probing_ || (state_ == pod_state::ready && !stale_)) return std::nullopt;
    return next_probe_;
}

void pod::probed(server_capabilities offers) {
    probing_ = false;
    offers_ = std::move(offers);
    state_ = pod_state::ready;
    met_ = true;
    stale_ = false;
    looks_ = 0;
    reason_.reset();
}

void pod::probe_failed(const error& failure) {
    probing_ = false;
    const auto now = time_.elapsed();
    switch (kind_of(failure)) {
        case failure_class::warming:
        case failure_class::throttled:
            be(pod_state::warming, failure);
            next_probe_ = now + std::max(poll_pause(looks_++, random_()), told_wait_of(failure));
            return;
        case failure_class::transient:
        case failure_class::ambiguous:
        case failure_class::lost:
            be(pod_state::down, failure);
            next_probe_ = now + poll_pause(looks_++, random_());
            return;
        case failure_class::permanent:
            be(pod_state::refused, failure);
            next_probe_ = now + refused_pause;
            return;
    }
}

// What a pod had loaded is gone when it comes back.
void pod::be(pod_state state, const error& failure) {
    if (state_ == pod_state::ready || state_ == pod_state::unknown) missed_since_ = time_.elapsed();
    if (state == pod_state::warming) met_ = true;
    state_ = state;
    stale_ = false;
    reason_ = failure;
    last_model_.clear();
}

bool pod::has_place() const {
    const auto at = place_at();
    return at && *at <= time_.elapsed();
}

std::optional<milliseconds> pod::place_at() const {
    if (state_ != pod_state::ready) return std::nullopt;
    if (held_ >= offers_->prompts_at_once) return std::nullopt;
    auto at = std::max(rest_until_, time_.elapsed() + breaker_->wait());
    if (held_ > 0) at = std::max(at, second_place_at());
    return at;
}

milliseconds pod::head_ends() const {
    return head_since_ + from_seconds(seconds_a_picture().value_or(0));
}

milliseconds pod::second_place_at() const {
    const auto speed = seconds_a_picture();
    if (!speed) return milliseconds{0};
    const auto lead = std::clamp(from_seconds(*speed * lead_part), lead_min, lead_max);
    return head_ends() - lead;
}

void pod::take(const std::string& model) {
    if (breaker_->try_enter()) ++verdicts_due_;
    if (held_++ == 0) head_since_ = time_.elapsed();
    last_model_ = model;
}

bool pod::open_verdict() {
    if (verdicts_due_ == 0) return false;
    --verdicts_due_;
    return true;
}

void pod::drew() {
    if (!open_verdict()) return;
    breaker_->succeeded();
    const auto took = time_.elapsed() - head_since_;
    latest_s_.push_back(std::chrono::duration<double>(took).count());
    if (latest_s_.size() > pictures_remembered) latest_s_.pop_front();
}

void pod::told_nothing() {
    if (open_verdict()) breaker_->abandoned();
}

void pod::failed(const error& failure) {
    const auto now = time_.elapsed();
    const auto kind = kind_of(failure);
    if (open_verdict()) {
        if (counts_against_health(kind))
            breaker_->failed();
        else
            breaker_->abandoned();
    }
    // Whoever has just failed a prompt gets none before it was asked how it is: so a pod that died
    // costs no picture but those that it held.
    const auto ask = [&](pod_state state) {
        if (state_ == pod_state::ready) next_probe_ = now;
        be(state, failure);
    };
    switch (kind) {
        case failure_class::warming:
            return ask(pod_state::warming);
        case failure_class::transient:
        case failure_class::ambiguous:
        case failure_class::lost:
            return ask(pod_state::down);
        case failure_class::throttled: {
            const auto told = told_wait_of(failure);
            rest_until_ = now + (told.count() > 0 ? told : throttled_pause);
            return;
        }
        case failure_class::permanent:
            // It may have refused because a model or node is there no more.
            if (state_ != pod_state::ready) return;
            stale_ = true;
            next_probe_ = now;
            return;
    }
}

void pod::leave() {
    if (held_ > 0) --held_;
    head_since_ = time_.elapsed();
}

double pod::backlog_s(double assumed_s) const {
    if (held_ == 0) return 0;
    const auto speed = seconds_a_picture().value_or(assumed_s);
    const auto drawn = std::chrono::duration<double>(time_.elapsed() - head_since_).count();
    return std::max(0.0, speed - drawn) + (held_ - 1) * speed;
}

std::optional<double> pod::seconds_a_picture() const {
    if (latest_s_.empty()) return std::nullopt;
    auto sorted = latest_s_;
    const auto middle = sorted.begin() + std::ptrdiff_t(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
}

}  // namespace medusa
