#include "http/known_answers.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace medusa::http {
namespace {

constexpr std::size_t answers_max = 4'096;
constexpr std::size_t body_bytes_max = std::size_t{8} << 10;
constexpr std::size_t key_chars_max = 1'024;

// By what an answer differs: who asks, for what, and what the client has and understands.
constexpr std::array<std::string_view, 3> telling{"authorization", "accept-encoding",
                                                  "if-none-match"};

// Without a token it is seen in other ways who asks, and a token with dots runs out by itself.
bool may_be_known(const request& asked) {
    const auto sent = asked.header("authorization");
    return asked.method == "GET" && !sent.empty() && sent.find('.') == sent.npos;
}

std::string key_of(const request& asked) {
    std::string key = asked.at.text;
    for (const auto name : telling) {
        key += '\n';
        key += asked.header(name);
    }
    return key;
}

}  // namespace

known_answers::state known_answers::now() const {
    try {
        return changes_->now();
    } catch (const error&) {
        return std::nullopt;  // who looks into the store is told why
    }
}

known_answers::state known_answers::before(const request& asked) {
    return changes_ && may_be_known(asked) ? now() : std::nullopt;
}

std::optional<response> known_answers::find(const request& asked) {
    const auto today = before(asked);
    if (!today) return std::nullopt;
    const std::lock_guard lock(mutex_);
    if (state_ != today) return std::nullopt;
    const auto found = answers_.find(key_of(asked));
    if (found == answers_.end()) return std::nullopt;
    asked.found.route = found->second.route;
    asked.found.owner = found->second.owner;
    return found->second.reply;
}

void known_answers::keep(const state& then, const request& asked, const response& reply) {
    if (!then || !asked.found.lasts || reply.file || reply.body.size() > body_bytes_max) return;
    if (reply.status != 200 && reply.status != 304) return;
    auto key = key_of(asked);
    if (key.size() > key_chars_max) return;
    const std::lock_guard lock(mutex_);
    if (now() != then) return;
    if (state_ != then || answers_.size() >= answers_max) answers_.clear();
    state_ = then;
    answers_.insert_or_assign(std::move(key), entry{reply, asked.found.route, asked.found.owner});
}

}  // namespace medusa::http
