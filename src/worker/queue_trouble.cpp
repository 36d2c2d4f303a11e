#include "worker/queue_trouble.hpp"

namespace medusa {

bool may_pass(const error& failure) {
    return info(failure.code()).retry != retry_class::never;
}

void queue_trouble::worked() {
    const std::lock_guard lock(mutex_);
    since_.reset();
}

void queue_trouble::failed(const error& failure) {
    {
        const std::lock_guard lock(mutex_);
        if (since_) return;
        since_ = time_.elapsed();
    }
    if (told_) told_(failure);
}

std::chrono::milliseconds queue_trouble::lasts() const {
    const std::lock_guard lock(mutex_);
    return since_ ? time_.elapsed() - *since_ : std::chrono::milliseconds(0);
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
