#include "engine/pool/turnstile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "net/url.hpp"

namespace medusa {
namespace {

// So many servers are asked at once; each may keep its thread for a request's deadline.
constexpr std::size_t probers_max = 16;
// The background looks at the clock at least so often.
constexpr milliseconds pace_max{60'000};

error no_image_server(const std::string& label) {
    return error(errc::unavailable, remote_failure{failure_class::permanent},
                 fmt::format("RunPod connection failed: something answers at {}, but no image "
                             "engine that medusa knows",
                             label),
                 "The address of a ComfyUI or of a WebUI started with --api is needed", "engine");
}

// RunPod's proxy answers with pages while a pod starts; anywhere else a page that is all right says
// that the address is another one's.
std::unique_ptr<image_server> open(const dialect& by, const server_address& address,
                                   std::stop_token stop) {
    try {
        return by.open(address, std::move(stop));
    } catch (const error& failure) {
        const auto& told = failure.failure();
        const bool page = told && told->kind == failure_class::warming && told->status == 200;
        if (page && !parse_url(address.url).host.ends_with(".runpod.net")) return nullptr;
        throw;
    }
}

std::string_view word_of(pod_state state) {
    switch (state) {
        case pod_state::unknown:
            return "not asked";
        case pod_state::ready:
            return "ready";
        case pod_state::warming:
            return "warming";
        case pod_state::down:
        case pod_state::refused:
            return "down";
    }
    return "";
}

}  // namespace

turnstile::turnstile(std::vector<pool_member> members, std::vector<dialect> dialects, timer& time,
                     const unit_random& random)
    : members_(std::move(members)),
      dialects_(std::move(dialects)),
      time_(time),
      dispatcher_(members_, time, random),
      servers_(members_.size()) {}

turnstile::~turnstile() {
    for (auto& thread : threads_) thread.request_stop();
}

// Under the lock.
void turnstile::start() {
    if (!threads_.empty()) return;
    threads_.emplace_back([this](std::stop_token stop) { pace(stop); });
    for (std::size_t i = 0; i < std::min(probers_max, members_.size()); ++i)
        threads_.emplace_back([this](std::stop_token stop) { probe_servers(stop); });
}

placement turnstile::wait(const placement_wish& wish, const ticket_terms& terms,
                          const progress_sink& progress, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    start();
    waiter own;
    const auto ticket = dispatcher_.enqueue(wish, terms);
    waiters_[ticket] = &own;
    settle(false);
    while (!own.decided) {
        const auto outlook = dispatcher_.outlook(ticket);
        own.news = false;
        lock.unlock();
        progress(outlook);
        lock.lock();
        own.woken.wait(lock, stop, [&] { return own.decided || own.news; });
        if (stop.stop_requested() && !own.decided) {
            dispatcher_.withdraw(ticket);
            waiters_.erase(ticket);
            throw error(errc::cancelled, "interrupted while waiting for an image server");
        }
    }
    if (own.decided->hopeless) throw error(*own.decided->hopeless);
    return std::move(*own.decided->place);
}

void turnstile::tell(void (pod::*event)(), std::size_t server) {
    const std::lock_guard lock(mutex_);
    (dispatcher_.at(server).*event)();
    settle(false);
}

void turnstile::adopt(std::size_t server) {
    tell(&pod::adopt, server);
}

void turnstile::drew(std::size_t server) {
    tell(&pod::drew, server);
}

void turnstile::told_nothing(std::size_t server) {
    tell(&pod::told_nothing, server);
}

void turnstile::leave(std::size_t server) {
    tell(&pod::leave, server);
}

void turnstile::failed(std::size_t server, const error& failure) {
    const std::lock_guard lock(mutex_);
    dispatcher_.at(server).failed(failure);
    settle(true);
}

image_server& turnstile::server(std::size_t index) {
    const std::lock_guard lock(mutex_);
    return *servers_[index];
}

server_capabilities turnstile::offers(std::size_t index) {
    const std::lock_guard lock(mutex_);
    return *dispatcher_.at(index).offers();
}

// Under the lock, after anything that was told: hands verdicts to those who wait for them, and
// wakes who has something to do now.
void turnstile::settle(bool news) {
    for (auto& decided : dispatcher_.decide()) {
        const auto found = waiters_.find(decided.ticket);
        found->second->decided = std::move(decided);
        found->second->woken.notify_one();
        waiters_.erase(found);
    }
    for (auto& [ticket, one] : waiters_) {
        if (!news) break;
        one->news = true;
        one->woken.notify_one();
    }
    if (dispatcher_.probe_due()) probe_due_.notify_one();
    const auto next = dispatcher_.next_event();
    if (next && *next < paced_until_) {
        pace_anew_ = true;
        sooner_.notify_one();
    }
}

// Decides what time alone brings: a place that opens shortly before a picture ends, patience over.
void turnstile::pace(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        paced_until_ = milliseconds::max();
        settle(false);
        const auto now = time_.elapsed();
        paced_until_ = std::min(dispatcher_.next_event().value_or(now + pace_max), now + pace_max);
        pace_anew_ = false;
        sooner_.wait_for(lock, stop, paced_until_ - now, [this] { return pace_anew_; });
    }
}

void turnstile::probe_servers(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (probe_due_.wait(lock, stop, [this] { return dispatcher_.probe_due(); })) {
        const auto due = dispatcher_.take_probe();
        if (dispatcher_.probe_due()) probe_due_.notify_one();
        lock.unlock();
        std::optional<server_capabilities> offers;
        std::optional<error> failure;
        try {
            offers = probe(*due, stop);
        } catch (const error& caught) {
            failure = caught;
        } catch (const std::exception& bug) {
            failure = error(errc::internal, fmt::format("a bug in medusa: {}", bug.what()));
        }
        lock.lock();
        if (offers)
            dispatcher_.probed(*due, std::move(*offers));
        else
            dispatcher_.probe_failed(*due, *failure);
        settle(true);
        surveyed_.notify_all();
    }
}

server_capabilities turnstile::probe(std::size_t index, std::stop_token stop) {
    image_server* known = nullptr;
    {
        const std::lock_guard lock(mutex_);
        known = servers_[index].get();
    }
    if (known) return known->probe(stop);
    const auto& address = members_[index].address;
    for (const auto& one : dialects_) {
        auto opened = open(one, address, stop);
        if (!opened) continue;
        auto offers = opened->probe(stop);
        const std::lock_guard lock(mutex_);
        servers_[index] = std::move(opened);
        return offers;
    }
    throw no_image_server(address.label);
}

server_status turnstile::status_of(std::size_t index) const {
    const auto& one = dispatcher_.at(index);
    server_status status;
    status.label = members_[index].address.label;
    status.serves = members_[index].serves();
    status.state = word_of(one.state());
    if (one.reason()) {
        status.reason = one.reason()->detail();
        status.advice = one.reason()->advice();
    }
    status.offers = one.offers();
    status.seconds_a_picture = one.seconds_a_picture();
    return status;
}

std::vector<server_health> turnstile::health() {
    const std::lock_guard lock(mutex_);
    std::vector<server_health> found;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        const auto& one = dispatcher_.at(i);
        auto& row = found.emplace_back();
        row.label = members_[i].address.label;
        if (one.state() != pod_state::unknown) row.up = one.state() == pod_state::ready;
        row.state = one.breaker();
    }
    return found;
}

std::vector<server_status> turnstile::survey(milliseconds patience, std::stop_token stop) {
    std::vector<server_status> found;
    {
        std::unique_lock lock(mutex_);
        dispatcher_.want_all();
        start();
        settle(false);
        surveyed_.wait_for(lock, stop, patience, [&] {
            for (std::size_t i = 0; i < members_.size(); ++i)
                if (dispatcher_.at(i).state() == pod_state::unknown) return false;
            return true;
        });
        for (std::size_t i = 0; i < members_.size(); ++i) found.push_back(status_of(i));
    }
    std::vector<std::future<void>> loads;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (found[i].state == word_of(pod_state::ready))
            loads.push_back(std::async(std::launch::async, [this, &found, i, stop] {
                try {
                    found[i].load = server(i).load(stop);
                } catch (const error& failure) {
                    found[i].state = word_of(pod_state::down);
                    found[i].reason = failure.detail();
                    found[i].advice = failure.advice();
                }
            }));
    for (auto& one : loads) one.get();
    return found;
}

}  // namespace medusa
