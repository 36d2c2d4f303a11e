// One server as the dispatcher sees it: how it is, what it holds of ours, how fast it is.
//
// Owned by the dispatcher, which guards it. No I/O: what a probe or a prompt brought is told to it.
// Times are those of the injected timer.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "engine/image_server.hpp"
#include "net/retry.hpp"

namespace medusa {

using std::chrono::milliseconds;

// A pod that starts is waited for so long, and one that was there and went away as well.
inline constexpr milliseconds pod_wait_max{15 * 60'000};
// One that nobody has reached yet is given up sooner: its address may be wrong.
inline constexpr milliseconds first_contact_max{10'000};
// One that refused us for good is asked again in case its owner mended it.
inline constexpr milliseconds refused_pause{300'000};
// A server that throttles without saying for how long.
inline constexpr milliseconds throttled_pause{5'000};

enum class pod_state {
    unknown,  // never asked
    ready,
    warming,  // starts up
    down,     // does not answer, or has just failed a prompt: asked before it gets another
    refused,  // answers, but will not do: signed out, no image server
};

class pod {
public:
    pod(timer& time, unit_random random) : time_(time), random_(std::move(random)) {
        breaker_ = std::make_unique<circuit_breaker>(time_);
    }

    pod_state state() const { return state_; }
    server_health::breaker breaker() const;
    // Why it is not ready.
    const std::optional<error>& reason() const { return reason_; }
    const std::optional<server_capabilities>& offers() const { return offers_; }
    // Whether it makes sense to wait for it.
    bool hopeful() const;

    // When it is to be asked how it is; nothing while it is being asked or need not be.
    std::optional<milliseconds> probe_at() const;
    void probe_began() { probing_ = true; }
    void probed(server_capabilities offers);
    void probe_failed(const error& failure);

    // Whether it takes one more prompt now. The second one, which waits there so that the GPU never
    // does, is sent shortly before the first one ends: sent early, it could not move to a faster
    // server any more.
    bool has_place() const;
    // When it may have one by time alone.
    std::optional<milliseconds> place_at() const;
    void take(const std::string& model);
    // A prompt of an earlier process lies there already.
    void adopt() { ++held_; }
    // A verdict on the server for one prompt that was taken; the prompt may still lie there.
    void drew();
    void failed(const error& failure);
    void told_nothing();
    // One prompt of ours less lies there.
    void leave();

    int held() const { return held_; }
    // Seconds until what it holds is done; `assumed_s` a picture before its own speed is known.
    double backlog_s(double assumed_s) const;
    // Median of the latest pictures; none before the first.
    std::optional<double> seconds_a_picture() const;
    const std::string& last_model() const { return last_model_; }

private:
    void be(pod_state state, const error& failure);
    bool open_verdict();
    milliseconds head_ends() const;
    milliseconds second_place_at() const;

    timer& time_;
    unit_random random_;
    std::unique_ptr<circuit_breaker> breaker_;  // it cannot move, a pod can
    pod_state state_ = pod_state::unknown;
    bool met_ = false;    // it was ready or starting once: the address is right
    bool stale_ = false;  // what it offers may have changed
    bool probing_ = false;
    int looks_ = 0;                 // since it is not ready
    milliseconds missed_since_{0};  // when it was ready last, or asked first
    milliseconds next_probe_{0};
    milliseconds rest_until_{0};  // as it asked
    std::optional<error> reason_;
    std::optional<server_capabilities> offers_;
    int held_ = 0;
    int verdicts_due_ = 0;        // taken, and the breaker not told yet
    milliseconds head_since_{0};  // the prompt that runs
    std::deque<double> latest_s_;
    std::string last_model_;
};

}  // namespace medusa
