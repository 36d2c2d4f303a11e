#include "worker/queue_trouble.hpp"

namespace medusa {

using std::chrono::milliseconds;

bool may_pass(const error& failure) {
    return info(failure.code()).retry != retry_class::never;
}

void queue_trouble::answered() {
    const std::lock_guard lock(mutex_);
    if (time_.elapsed() - newest_ >= calm) end();
}

void queue_trouble::worked() {
    const std::lock_guard lock(mutex_);
    end();
}

void queue_trouble::end() {
    if (outage_) over_at_ = time_.elapsed();
    outage_.reset();
}

void queue_trouble::failed(const error& failure, milliseconds asked_at) {
    {
        const std::lock_guard lock(mutex_);
        if (asked_at < over_at_) return;
        newest_ = time_.elapsed();
        if (outage_) return;
        outage_ = failure;
        began_ = newest_;
    }
    if (told_) told_(failure);
}

std::optional<error> queue_trouble::lasting(std::chrono::milliseconds least) const {
    const std::lock_guard lock(mutex_);
    return outage_ && time_.elapsed() - began_ >= least ? outage_ : std::nullopt;
}

bool queue_trouble::insist(const std::function<bool()>& change, const std::stop_token& stop) {
    for (auto pause = first_pause;; pause = longer(pause)) {
        const auto asked_at = asks();
        try {
            const bool said = change();
            worked();
            return said;
        } catch (const error& failure) {
            failed(failure, asked_at);
            if (!may_pass(failure) || !time_.sleep(pause, stop)) throw;
        }
    }
}

}  // namespace medusa
