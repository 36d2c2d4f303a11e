#include "http/rate_limit.hpp"

#include <algorithm>
#include <utility>

namespace medusa::http {

namespace {

std::chrono::seconds rounded_up(std::chrono::nanoseconds time) {
    return std::chrono::ceil<std::chrono::seconds>(std::max(time, std::chrono::nanoseconds(0)));
}

}  // namespace

rate_limit::rate_limit(rate allowed, std::size_t keys_max)
    : rate_(allowed),
      each_(std::chrono::nanoseconds(allowed.window) / std::max(allowed.requests, 1)),
      generation_max_(std::max<std::size_t>(keys_max / 2, 1)) {}

rate_limit::moment* rate_limit::found(const std::string& key) {
    if (const auto at = young_.find(key); at != young_.end()) return &at->second;
    if (const auto at = old_.find(key); at != old_.end()) return &at->second;
    return nullptr;
}

standing rate_limit::stands(moment full, moment now) const {
    const auto missing = std::max(full - now, std::chrono::nanoseconds(0));
    const auto room = std::chrono::nanoseconds(rate_.window) - missing;
    standing at;
    at.left = std::max<std::int64_t>(room / each_, 0);
    at.allowed = at.left > 0;
    at.full = rounded_up(missing);
    if (!at.allowed) at.pause = std::max(rounded_up(each_ - room), std::chrono::seconds(1));
    return at;
}

// The bucket is kept as the moment at which it is full again: one number says all.
standing rate_limit::take(const std::string& key, moment now) {
    const std::lock_guard lock(mutex_);
    const auto* known = found(key);
    auto full = known ? std::max(*known, now) : now;
    const auto before = stands(full, now);
    if (before.allowed) full += each_;
    if (young_.size() >= generation_max_ && !young_.contains(key)) old_ = std::exchange(young_, {});
    young_[key] = full;
    auto after = stands(full, now);
    after.allowed = before.allowed;
    return after;
}

standing rate_limit::look(const std::string& key, moment now) {
    const std::lock_guard lock(mutex_);
    const auto* known = found(key);
    return stands(known ? *known : now, now);
}

bool rate_limit::knows(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return found(key) != nullptr;
}

void rate_limit::forget(const std::string& key) {
    const std::lock_guard lock(mutex_);
    young_.erase(key);
    old_.erase(key);
}

}  // namespace medusa::http
