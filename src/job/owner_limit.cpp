#include "job/owner_limit.hpp"

namespace medusa {

std::map<std::string, owner_limit::line>::iterator owner_limit::enter(const std::string& owner) {
    const std::lock_guard lock(mutex_);
    const auto own = lines_.try_emplace(owner).first;
    ++own->second.people;
    return own;
}

owner_limit::handing_in::handing_in(owner_limit& within, const std::string& owner, std::size_t jobs)
    : within_(within), own_(within.enter(owner)), jobs_(jobs) {}

owner_limit::handing_in::~handing_in() {
    leave();
    const std::lock_guard lock(within_.mutex_);
    if (--own_->second.people == 0) within_.lines_.erase(own_);
}

void owner_limit::handing_in::leave() {
    if (!is_in_) return;
    is_in_ = false;
    const std::lock_guard lock(within_.mutex_);
    auto& line = own_->second;
    line.jobs -= jobs_;
    left_ = ++line.left;
    line.leaving.notify_all();
}

// Who looks at the store is in the line before that, so of two at least one sees the other: in the
// line, or in the store. Being seen in both may hide room, but never makes any.
owner_limit::handing_in::finding owner_limit::handing_in::look(
    const std::function<std::size_t()>& stored) {
    std::size_t in_line = 0;
    {
        const std::lock_guard lock(within_.mutex_);
        in_line = own_->second.jobs += jobs_;
        is_in_ = true;
    }
    stored_ = stored();
    if (stored_ + in_line <= within_.most_) return finding::room;
    leave();
    return stored_ + jobs_ > within_.most_ ? finding::none : finding::unsure;
}

std::optional<std::size_t> owner_limit::handing_in::crowded_by(
    const std::function<std::size_t()>& stored) {
    auto found = look(stored);
    if (found == finding::unsure) {
        // One at a time waits for the others, so that no two wait for each other.
        const std::lock_guard turn(own_->second.turn);
        while ((found = look(stored)) == finding::unsure) {
            std::unique_lock lock(within_.mutex_);
            auto& line = own_->second;
            line.leaving.wait(lock, [&] { return line.jobs == 0 || line.left != left_; });
        }
    }
    if (found == finding::room) return std::nullopt;
    return stored_;
}

}  // namespace medusa
