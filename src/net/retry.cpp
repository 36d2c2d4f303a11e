#include "net/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <utility>

#include "net/failure.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

milliseconds scaled(milliseconds time, double factor) {
    return milliseconds(std::llround(double(time.count()) * factor));
}

}  // namespace

unit_random system_random() {
    return [] {
        thread_local std::mt19937_64 engine(std::random_device{}());
        return std::uniform_real_distribution<double>(0, 1)(engine);
    };
}

milliseconds full_jitter(int retry, double unit) {
    // Beyond this the cap is reached for certain, and the shift would overflow.
    constexpr int doublings_max = 20;
    const auto longest = backoff_base * (1 << std::clamp(retry, 0, doublings_max));
    return scaled(std::min(longest, backoff_cap), unit);
}

milliseconds poll_pause(int look, double unit) {
    constexpr milliseconds first = 1s;
    constexpr milliseconds longest = 10s;
    constexpr int growths_max = 6;  // 1.5^6 > 10
    const auto pause = scaled(first, std::pow(1.5, std::clamp(look, 0, growths_max)));
    return scaled(std::min(pause, longest), 0.75 + unit / 2);
}

retry_budget::call::call(retry_budget& budget) : budget_(budget) {
    const std::scoped_lock lock(budget_.mutex_);
    ++budget_.open_.calls;
}

retry_budget::call::~call() {
    const std::scoped_lock lock(budget_.mutex_);
    budget_.open_.calls -= 1;
    budget_.open_.retries -= retries_;
    auto& slot = budget_.slot_now();
    slot.calls += 1;
    slot.retries += retries_;
}

bool retry_budget::call::take_retry() {
    const std::scoped_lock lock(budget_.mutex_);
    budget_.slot_now();
    const auto past = budget_.ended();
    const auto calls = budget_.open_.calls + past.calls;
    const auto retries = budget_.open_.retries + past.retries;
    const auto granted = std::int64_t(std::floor(budget_share * double(calls)));
    if (retries >= std::max<std::int64_t>(granted, budget_floor)) return false;
    ++budget_.open_.retries;
    ++retries_;
    return true;
}

// The slot of this moment; those whose time is over are emptied on the way.
retry_budget::count& retry_budget::slot_now() {
    const auto slot = time_.elapsed() / (budget_window / slots);
    const auto first_stale = std::max(newest_slot_ + 1, slot - slots + 1);
    for (auto stale = first_stale; stale <= slot; ++stale) ended_[std::size_t(stale % slots)] = {};
    newest_slot_ = std::max(newest_slot_, slot);
    return ended_[std::size_t(newest_slot_ % slots)];
}

retry_budget::count retry_budget::ended() const {
    count sum;
    for (const auto& slot : ended_) {
        sum.calls += slot.calls;
        sum.retries += slot.retries;
    }
    return sum;
}

bool circuit_breaker::try_enter() {
    const std::scoped_lock lock(mutex_);
    switch (current_locked()) {
        case state::closed:
            return true;
        case state::open:
            return false;
        case state::half_open:
            return !std::exchange(probing_, true);
    }
    return false;
}

void circuit_breaker::succeeded() {
    const std::scoped_lock lock(mutex_);
    // Of a call that began before it opened: no news.
    if (tripped_ && !probing_) return;
    tripped_ = false;
    probing_ = false;
    failures_ = 0;
    if (++successes_ >= breaker_failures) openings_ = 0;
}

void circuit_breaker::failed() {
    const std::scoped_lock lock(mutex_);
    if (tripped_ && !probing_) return;
    successes_ = 0;
    if (probing_ || ++failures_ >= breaker_failures) open_locked();
}

void circuit_breaker::abandoned() {
    const std::scoped_lock lock(mutex_);
    probing_ = false;
}

circuit_breaker::state circuit_breaker::current() const {
    const std::scoped_lock lock(mutex_);
    return current_locked();
}

milliseconds circuit_breaker::wait() const {
    const std::scoped_lock lock(mutex_);
    switch (current_locked()) {
        case state::closed:
            return 0ms;
        case state::open:
            return open_until_ - time_.elapsed();
        case state::half_open:
            return probing_ ? 1s : 0s;
    }
    return 0ms;
}

circuit_breaker::state circuit_breaker::current_locked() const {
    if (!tripped_) return state::closed;
    return time_.elapsed() < open_until_ ? state::open : state::half_open;
}

void circuit_breaker::open_locked() {
    ++openings_;
    tripped_ = true;
    probing_ = false;
    failures_ = 0;
    open_until_ = time_.elapsed() + std::min(breaker_open * openings_, breaker_open_cap);
}

bool counts_against_health(failure_class kind) {
    switch (kind) {
        case failure_class::transient:
        case failure_class::ambiguous:
            return true;
        case failure_class::throttled:
        case failure_class::warming:
        case failure_class::permanent:
        case failure_class::lost:
            return false;
    }
    return false;
}

retry_loop::retry_loop(retry_parts parts, retry_rules rules, std::stop_token stop)
    : parts_(std::move(parts)), rules_(rules), stop_(std::move(stop)) {
    if (parts_.budget) counted_.emplace(*parts_.budget);
}

void retry_loop::enter() {
    if (stop_.stop_requested()) throw error(errc::cancelled, "stopped");
    while (parts_.breaker && !parts_.breaker->try_enter()) {
        const auto pause = std::max(parts_.breaker->wait(), 1ms);
        wait(pause, error(errc::unavailable, remote_failure{failure_class::transient, pause},
                          "set aside after failures in a row",
                          fmt::format("It is tried again in {} s", (pause.count() + 999) / 1'000)));
    }
}

void retry_loop::succeeded() {
    if (parts_.breaker) parts_.breaker->succeeded();
}

void retry_loop::abandoned() {
    if (parts_.breaker) parts_.breaker->abandoned();
}

void retry_loop::report(const remote_failure& failure) {
    if (!parts_.breaker) return;
    if (counts_against_health(failure.kind))
        parts_.breaker->failed();
    else if (failure.status != 0 && failure.kind != failure_class::warming)
        parts_.breaker->succeeded();  // it answers, even if it is not what was hoped for
    else
        parts_.breaker->abandoned();
}

void retry_loop::pause_after(const error& failed) {
    if (!failed.failure()) {
        abandoned();
        throw failed;
    }
    const auto& failure = *failed.failure();
    report(failure);
    switch (failure.kind) {
        case failure_class::permanent:
        case failure_class::lost:
        case failure_class::ambiguous:
            throw failed;
        case failure_class::transient:
            if (++attempts_ >= rules_.attempts_max || (counted_ && !counted_->take_retry()))
                throw failed;
            sleep(std::max(full_jitter(attempts_ - 1, parts_.random()), failure.wait), failed);
            return;
        case failure_class::throttled: {
            // Not all at the same moment, and none before it.
            const auto pause = failure.wait > 0ms ? failure.wait + scaled(1s, parts_.random())
                                                  : full_jitter(waits_, parts_.random());
            wait(pause, failed);
            return;
        }
        case failure_class::warming:
            wait(std::max(poll_pause(waits_, parts_.random()), failure.wait), failed);
            return;
    }
}

void retry_loop::sleep(milliseconds pause, const error& failed) {
    if (parts_.log)
        parts_.log(fmt::format("{} ({}): try {} of {} in {:.1f} s", failed.detail(),
                               to_string(failed.failure().value().kind), attempts_ + 1,
                               rules_.attempts_max, double(pause.count()) / 1'000));
    if (parts_.retried) parts_.retried(failed.failure().value().kind);
    if (!parts_.time.sleep(pause, stop_)) throw error(errc::cancelled, "stopped");
}

void retry_loop::wait(milliseconds pause, const error& failed) {
    if (waited_ + pause > rules_.patience) throw failed;
    waited_ += pause;
    ++waits_;
    sleep(pause, failed);
}

}  // namespace medusa
