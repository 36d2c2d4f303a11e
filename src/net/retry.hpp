// When a failed call to a remote part is made again: full-jitter pauses, a budget that keeps
// retries from multiplying an outage, and a breaker that sets a sick part aside.
//
// Time and chance are handed in. Budget and breaker are shared by all threads that call one part,
// and owned by whoever owns that part; a call_with_retries() belongs to its thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/log.hpp"

namespace medusa {

// A number in [0, 1), from any thread.
using unit_random = std::function<double()>;
// The machine's own randomness.
unit_random system_random();

inline constexpr std::chrono::milliseconds backoff_base{1'000};
inline constexpr std::chrono::milliseconds backoff_cap{300'000};
// "Full jitter": unit * min(backoff_cap, backoff_base * 2^retry), retry counted from 0.
std::chrono::milliseconds full_jitter(int retry, double unit);

// The pause before the next look at something that takes its time, look counted from 0: grows from
// 1 s to 10 s by halves, each between 75 and 125 % of that.
std::chrono::milliseconds poll_pause(int look, double unit);

inline constexpr double budget_share = 0.2;
inline constexpr int budget_floor = 3;
inline constexpr std::chrono::milliseconds budget_window{60'000};

// Retries are at most budget_share of the calls that are open now or ended within budget_window,
// or budget_floor, whichever is more. (The figures are Envoy's; the window keeps calls that fail
// fast from giving their share back at once.)
class retry_budget {
public:
    explicit retry_budget(timer& time) : time_(time) {}

    // A call with all its retries, counted as open from its first try, or from when it starts to
    // wait for its turn, until it is destroyed. Used by one thread; the budget must outlive it.
    class call {
    public:
        explicit call(retry_budget& budget);
        call(const call&) = delete;
        call& operator=(const call&) = delete;
        ~call();
        // True: one retry more is granted, and counted. False: give up, with the last error.
        bool take_retry();

    private:
        retry_budget& budget_;
        int retries_ = 0;
    };

private:
    struct count {
        std::int64_t calls = 0;
        std::int64_t retries = 0;
    };
    static constexpr int slots = 12;

    count& slot_now();
    count ended() const;

    timer& time_;
    std::mutex mutex_;
    count open_;
    std::array<count, slots> ended_{};  // a ring: those that ended, by time
    std::int64_t newest_slot_ = 0;
};

inline constexpr int breaker_failures = 5;
inline constexpr std::chrono::milliseconds breaker_open{30'000};
inline constexpr std::chrono::milliseconds breaker_open_cap{300'000};

// After breaker_failures failures in a row it is open for breaker_open times the number of
// openings, at most breaker_open_cap; then one call is let through as a probe, whose outcome closes
// it or opens it again. Openings are forgotten after breaker_failures successes in a row.
class circuit_breaker {
public:
    enum class state { closed, open, half_open };

    explicit circuit_breaker(timer& time) : time_(time) {}

    // True: go ahead, and report the outcome by exactly one of the three below. False: not now.
    bool try_enter();
    void succeeded();
    void failed();
    // No verdict: cancelled, or a failure that says nothing about the part's health.
    void abandoned();

    state current() const;
    // Until a call may be let through; 0 if one may now. While a probe is under way: a second.
    std::chrono::milliseconds wait() const;

private:
    state current_locked() const;
    void open_locked();

    timer& time_;
    mutable std::mutex mutex_;
    bool tripped_ = false;
    bool probing_ = false;
    int failures_ = 0;   // in a row
    int successes_ = 0;  // in a row
    int openings_ = 0;
    std::chrono::milliseconds open_until_{0};
};

// Whether a failure of this class says that the part is sick (as opposed to busy, starting, or
// right to refuse).
bool counts_against_health(failure_class kind);

// Told of each failed try that is made again; any thread.
using retry_sink = std::function<void(failure_class)>;

struct retry_rules {
    int attempts_max = 5;
    // Waiting for a part that starts, throttles or is set aside costs no attempt, but ends here.
    std::chrono::milliseconds patience{90'000};
};

// What a retried call needs. Budget and breaker may be left out (null); they are borrowed.
struct retry_parts {
    timer& time;
    unit_random random;
    retry_budget* budget = nullptr;
    circuit_breaker* breaker = nullptr;
    log_sink log = {};  // told of each failed try and the pause after it
    retry_sink retried = {};
};

// The decisions between the tries of one call; call_with_retries() is its usual door.
class retry_loop {
public:
    retry_loop(retry_parts parts, retry_rules rules, std::stop_token stop);

    // Before each try: waits while the breaker is open. Throws error(cancelled), or a transient
    // error(unavailable) when patience ends.
    void enter();
    void succeeded();
    // Returns after the pause that `failed` calls for; throws `failed` itself when the call is not
    // to be made again, and error(cancelled).
    void pause_after(const error& failed);
    // The try ended by something else than a failure of the remote part.
    void abandoned();

private:
    void report(const remote_failure& failure);
    void sleep(std::chrono::milliseconds pause, const error& failed);
    // Sleeps, unless that would be more than patience allows: then throws `failed`.
    void wait(std::chrono::milliseconds pause, const error& failed);

    retry_parts parts_;
    retry_rules rules_;
    std::stop_token stop_;
    std::optional<retry_budget::call> counted_;
    int attempts_ = 0;                     // that failed
    int waits_ = 0;                        // that cost no attempt
    std::chrono::milliseconds waited_{0};  // in those
};

// Makes an idempotent call until it succeeds, its attempts or the budget are spent, or its failure
// is `permanent`, `lost` or `ambiguous`; then throws the last error. Errors without a remote
// failure are thrown at once.
template <class Call>
auto call_with_retries(retry_parts parts, const retry_rules& rules, std::stop_token stop,
                       Call&& call) {
    retry_loop loop(std::move(parts), rules, stop);
    for (;;) {
        loop.enter();
        std::optional<error> failed;
        try {
            auto result = call();
            loop.succeeded();
            return result;
        } catch (const error& caught) {
            failed = caught;
        } catch (...) {
            loop.abandoned();
            throw;
        }
        loop.pause_after(*failed);
    }
}

}  // namespace medusa
