#include "http/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

// Every argument of a co_await has a name: g++ 12 miscompiles temporaries there.
namespace medusa::http {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

constexpr std::size_t incoming_bytes_max = std::size_t{64} << 10;

// What the call gives, or the answer to its throwing, which nobody meant to happen.
template <class work>
auto guarded(const session_parts& with, const request& asked, const work& call)
    -> decltype(call()) {
    try {
        return call();
    } catch (const std::exception& bug) {
        asked.found.trouble = bug.what();
        return with.calls.refuse(500, "something went wrong on the server", asked.id);
    }
}

}  // namespace

session::session(session_parts& with, asio::ip::tcp::socket socket)
    : with_(with),
      stream_(std::move(socket)),
      incoming_(incoming_bytes_max),
      news_(stream_.get_executor()),
      patience_(stream_.get_executor()) {
    with_.open.insert(this);
}

session::~session() {
    with_.open.erase(this);
}

void session::start() {
    const auto executor = stream_.get_executor();
    auto run = [self = shared_from_this()]() -> task { return self->serve(); };
    asio::co_spawn(executor, std::move(run), asio::detached);
}

void session::drain() {
    if (is_waiting_) cut();
    news_.cancel();
}

void session::cut() {
    is_late_ = false;
    stream_.cancel();
    news_.cancel();
}

session::task session::serve() {
    const auto self = shared_from_this();
    bool goes_on = true;
    while (goes_on && !with_.draining) goes_on = co_await serve_one();
    error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

session::verdict session::serve_one() {
    request asked;
    bool keeps_alive = false;
    const bool is_whole = co_await read_request(asked, keeps_alive);
    if (!is_whole) co_return false;
    const auto began = steady::now();
    response reply;
    if (auto known = known_answer(asked)) {
        reply = std::move(*known);
    } else if (with_.handlers_waiting >= with_.limits.handlers_waiting_max) {
        reply = with_.calls.refuse(429, "more requests arrive than can be served", asked.id);
    } else {
        auto result = co_await handled(asked);
        if (const auto* events = std::get_if<event_stream>(&result)) {
            asked.found.job_id = events->job_id;
            co_await stream(asked, *events);
            done(asked, 200, 0, began);
            co_return false;
        }
        if (const auto* wait = std::get_if<wait_for>(&result)) {
            asked.found.job_id = wait->job_id;
            reply = co_await waited(*wait, asked);
        } else if (const auto* slow = std::get_if<slow_answer>(&result)) {
            reply = co_await made(*slow, asked);
        } else {
            reply = std::move(std::get<response>(result));
        }
    }
    const int status = reply.status;
    const auto bytes = reply.bytes();
    keeps_alive = keeps_alive && !with_.draining;
    const bool written = co_await write(asked, std::move(reply), keeps_alive);
    done(asked, status, bytes, began);
    const bool goes_on = written && keeps_alive;
    co_return goes_on;
}

void session::done(const request& asked, int status, std::size_t bytes,
                   steady::time_point began) const {
    if (!with_.calls.done) return;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - began);
    with_.calls.done(asked, status, bytes, took);
}

std::optional<response> session::known_answer(const request& asked) const {
    if (!with_.calls.at_once) return std::nullopt;
    return guarded(with_, asked, [&] { return with_.calls.at_once(asked); });
}

asio::awaitable<answer> session::handled(const request& asked) {
    ++with_.handlers_waiting;
    auto work = [&with = with_, &asked]() -> asio::awaitable<answer> {
        --with.handlers_waiting;
        co_return guarded(with, asked, [&] { return with.calls.handle(asked); });
    };
    auto result = co_await asio::co_spawn(with_.pool, std::move(work), use_awaitable);
    co_return result;
}

asio::awaitable<response> session::made(const slow_answer& what, const request& asked) {
    if (with_.slow_waiting >= with_.limits.slow_waiting_max)
        co_return with_.calls.refuse(429, "more is asked for than can be made", asked.id);
    ++with_.slow_waiting;
    co_await take_turn(what.key);
    auto work = [&with = with_, &what, &asked]() -> asio::awaitable<response> {
        --with.slow_waiting;
        co_return guarded(with, asked, what.make);
    };
    auto result = co_await asio::co_spawn(with_.slow_pool, std::move(work), use_awaitable);
    pass_turn(what.key);
    co_return result;
}

session::task session::take_turn(const std::string& key) {
    if (key.empty()) co_return;
    const auto [line, is_free] = with_.making.try_emplace(key);
    if (is_free) co_return;
    line->second.push_back(weak_from_this());
    for (has_turn_ = false; !has_turn_;) {
        news_.expires_at(steady::time_point::max());
        error_code ignored;
        auto token = asio::redirect_error(use_awaitable, ignored);
        co_await news_.async_wait(token);
    }
}

void session::pass_turn(const std::string& key) {
    const auto line = with_.making.find(key);
    if (line == with_.making.end()) return;
    while (!line->second.empty()) {
        const auto next = line->second.front().lock();
        line->second.pop_front();
        if (!next) continue;
        next->has_turn_ = true;
        next->news_.cancel();
        return;
    }
    with_.making.erase(line);
}

std::shared_ptr<void> session::listen(const std::string& job_id) {
    newest_.reset();
    const auto executor = stream_.get_executor();
    return with_.watch.listen(job_id, [executor, weak = weak_from_this()](const job& newest) {
        asio::post(executor, [weak, newest] {
            const auto self = weak.lock();
            if (!self) return;
            self->newest_ = newest;
            self->news_.cancel();
        });
    });
}

asio::awaitable<response> session::waited(const wait_for& what, const request& asked) {
    const auto until = steady::now() + what.at_most;
    {
        const auto ticket = listen(what.job_id);
        while (!with_.draining && steady::now() < until &&
               !(newest_ && has_ended(newest_->status.state))) {
            news_.expires_at(until);
            error_code ignored;
            auto token = asio::redirect_error(use_awaitable, ignored);
            co_await news_.async_wait(token);
        }
    }
    auto work = [&with = with_, &what, &asked, newest = newest_]() -> asio::awaitable<response> {
        co_return guarded(with, asked, [&] { return what.then(newest); });
    };
    auto result = co_await asio::co_spawn(with_.pool, std::move(work), use_awaitable);
    co_return result;
}

}  // namespace medusa::http
