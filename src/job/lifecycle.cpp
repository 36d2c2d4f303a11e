#include "job/lifecycle.hpp"

#include <fmt/format.h>

#include "net/retry.hpp"

namespace medusa::lifecycle {
namespace {

[[noreturn]] void refuse(const job_status& status, std::string_view wish, std::string advice = {}) {
    throw error(errc::conflict,
                fmt::format("a job that is {} cannot be {}", to_string(status.state), wish),
                std::move(advice));
}

void expect_leased(const job_status& status, std::string_view wish) {
    if (status.state != job_state::leased) refuse(status, wish);
}

// A new step begins: nothing counts against it yet.
void forget_troubles(job_status& status) {
    status.attempts = 0;
    status.waits = 0;
    status.losses = 0;
    status.lone_losses = 0;
}

enum class verdict { wait, again, never };

verdict verdict_on(const error& failure) {
    if (const auto& remote = failure.failure()) {
        switch (remote->kind) {
            case failure_class::throttled:
            case failure_class::warming:
                return verdict::wait;
            case failure_class::transient:
            case failure_class::ambiguous:
            case failure_class::lost:
                return verdict::again;
            case failure_class::permanent:
                return verdict::never;
        }
    }
    switch (info(failure.code()).retry) {
        case retry_class::wait:
            return verdict::wait;
        case retry_class::later:
            return verdict::again;
        case retry_class::never:
            return verdict::never;
    }
    return verdict::never;
}

time_point after_pause(const error& failure, int retry, time_point now, double unit) {
    const auto& remote = failure.failure();
    if (remote && remote->wait.count() > 0) return now + remote->wait;
    return now + full_jitter(retry, unit);
}

}  // namespace

int attempts_allowed(const job_status& status, int tries_max) {
    if (tries_max > 0) return tries_max;
    return status.stage == job_stage::accepted ? render_attempts : store_attempts;
}

bool runs_alone(const job_status& status) {
    return status.losses >= losses_before_alone;
}

bool is_poison(const job_status& status) {
    return status.state == job_state::dead && status.lone_losses >= lone_losses_max;
}

job_status leased(job_status status) {
    if (status.state != job_state::queued) refuse(status, "leased");
    status.state = job_state::leased;
    return status;
}

job_status reached(job_status status, job_stage stage) {
    expect_leased(status, "brought further");
    if (stage <= status.stage) return status;
    status.stage = stage;
    forget_troubles(status);
    return status;
}

job_status picture_whole(job_status status) {
    expect_leased(status, "brought further");
    ++status.pictures;
    status.stage = job_stage::accepted;
    forget_troubles(status);
    return status;
}

job_status succeeded(job_status status) {
    expect_leased(status, "finished");
    forget_troubles(status);
    status.cancel_wanted = false;
    status.state = job_state::done;
    return status;
}

job_status failed(job_status status, const error& failure, int tries_max, time_point now,
                  double unit) {
    expect_leased(status, "tried again");
    if (status.cancel_wanted) return cancel_heard(status);
    const auto judged = verdict_on(failure);
    status.state = job_state::queued;
    if (judged == verdict::wait && tries_max == 0) {
        status.not_before = after_pause(failure, status.waits++, now, unit);
        return status;
    }
    ++status.attempts;
    if (judged == verdict::never)
        status.state = job_state::failed;
    else if (status.attempts >= attempts_allowed(status, tries_max))
        status.state = job_state::dead;
    else
        status.not_before = after_pause(failure, status.attempts - 1, now, unit);
    return status;
}

job_status released(job_status status) {
    expect_leased(status, "given back");
    if (status.cancel_wanted) return cancel_heard(status);
    status.state = job_state::queued;
    return status;
}

job_status lost(job_status status) {
    expect_leased(status, "taken from its worker");
    if (status.cancel_wanted) return cancel_heard(status);
    if (runs_alone(status)) ++status.lone_losses;
    ++status.losses;
    status.state = status.lone_losses >= lone_losses_max ? job_state::dead : job_state::queued;
    return status;
}

job_status cancelled(job_status status) {
    switch (status.state) {
        case job_state::queued:
            status.state = job_state::cancelled;
            return status;
        case job_state::leased:
            status.cancel_wanted = true;
            return status;
        case job_state::cancelled:
            return status;
        case job_state::done:
        case job_state::failed:
        case job_state::dead:
            break;
    }
    refuse(status, "cancelled", "It has ended already");
}

job_status cancel_heard(job_status status) {
    expect_leased(status, "cancelled by its worker");
    status.cancel_wanted = false;
    status.state = job_state::cancelled;
    return status;
}

job_status retried(job_status status) {
    switch (status.state) {
        case job_state::failed:
        case job_state::dead:
        case job_state::cancelled:
            forget_troubles(status);
            status.not_before = {};
            status.state = job_state::queued;
            return status;
        case job_state::done:
            refuse(status, "retried", "What it made is there");
        case job_state::queued:
        case job_state::leased:
            break;
    }
    refuse(status, "retried", "It is under way");
}

}  // namespace medusa::lifecycle
