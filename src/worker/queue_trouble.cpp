#include "worker/queue_trouble.hpp"

namespace medusa {

bool may_pass(const error& failure) {
    return info(failure.code()).retry != retry_class::never;
}

void queue_trouble::answered() {
    const std::lock_guard lock(mutex_);
    if (time_.elapsed() - newest_ >= calm) outage_.reset();
}

void queue_trouble::worked() {
    const std::lock_guard lock(mutex_);
    outage_.reset();
}

void queue_trouble::failed(const error& failure) {
    {
        const std::lock_guard lock(mutex_);
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
        try {
            const bool said = change();
            worked();
            return said;
        } catch (const error& failure) {
            failed(failure);
            if (!may_pass(failure) || !time_.sleep(pause, stop)) throw;
        }
    }
}

}  // namespace medusa
