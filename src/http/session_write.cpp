// The writing side of a session: answers, and streams of events.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>
#include <ctime>
#include <sstream>
#include <utility>

#include "http/file_body.hpp"
#include "http/session.hpp"

// Every argument of a co_await has a name: g++ 12 miscompiles temporaries there.
namespace medusa::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = beast::http;
using asio::use_awaitable;
using boost::system::error_code;

// What every answer says unless it says otherwise itself: it is data, and nothing to be run, framed
// or guessed at.
constexpr std::pair<const char*, const char*> defaults[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
};

template <bool is_request, class fields>
void set_head(wire::header<is_request, fields>& head, const response& what, const request& asked) {
    head.set(wire::field::date,
             fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr))));
    if (!what.content_type.empty()) head.set(wire::field::content_type, what.content_type);
    head.set("X-Request-Id", asked.id);
    for (const auto& [name, value] : defaults) head.set(name, value);
    for (const auto& [name, value] : what.headers) head.set(name, value);
}

std::string stream_head(const response& begin, const request& asked) {
    wire::response<wire::empty_body> head{wire::status::ok, 11};
    set_head(head, begin, asked);
    head.keep_alive(false);
    return (std::ostringstream() << head.base()).str();
}

}  // namespace

session::task session::stream(const request& asked, const event_stream& wanted) {
    response begin{200, "text/event-stream", {}, wanted.headers};
    begin.headers.insert(begin.headers.end(),
                         {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}});
    const bool head_only = asked.method == "HEAD";
    const std::string head = stream_head(begin, asked) + (head_only ? "" : wanted.at_first);
    const std::string ping = ": ping\n\n";
    auto after = wanted.after;
    const auto ticket = listen(wanted.job_id);
    bool goes_on = co_await write_text(head);
    if (head_only) goes_on = false;
    is_waiting_ = true;
    while (goes_on && !with_.draining) {
        if (const auto newest = std::exchange(newest_, std::nullopt)) {
            auto [text, told] = with_.calls.events(*newest, after);
            after = told;
            const std::string events = std::move(text);
            if (!events.empty()) goes_on = co_await write_text(events);
            if (has_ended(newest->status.state)) goes_on = false;
            continue;
        }
        news_.expires_after(with_.limits.ping_pause);
        error_code woken;
        auto token = asio::redirect_error(use_awaitable, woken);
        co_await news_.async_wait(token);
        if (!woken) goes_on = co_await write_text(ping);
    }
    is_waiting_ = false;
}

session::verdict session::write_text(const std::string& text) {
    stream_.expires_after(with_.limits.write_most);
    error_code failed;
    auto token = asio::redirect_error(use_awaitable, failed);
    const auto bytes = asio::buffer(text);
    co_await asio::async_write(stream_, bytes, token);
    stream_.expires_never();
    co_return !failed;
}

session::verdict session::write(const request& asked, response what, bool keeps_alive) {
    wire::response<wire::string_body> reply{wire::status(what.status), 11};
    set_head(reply, what, asked);
    reply.keep_alive(keeps_alive);
    if (what.status != 204 && what.status != 304) reply.content_length(what.bytes());
    reply.body() = std::move(what.body);
    const bool no_body = asked.method == "HEAD" || what.status == 304;
    const bool head_only = no_body || what.file;
    wire::response_serializer<wire::string_body> serializer{reply};
    serializer.split(head_only);
    error_code failed;
    auto token = asio::redirect_error(use_awaitable, failed);
    while (!failed && !serializer.is_done() && !(head_only && serializer.is_header_done())) {
        stream_.expires_after(with_.limits.write_most);
        if (head_only)
            co_await wire::async_write_header(stream_, serializer, token);
        else
            co_await wire::async_write_some(stream_, serializer, token);
    }
    if (failed || no_body || !what.file) co_return !failed;
    const bool sent = co_await send_file(stream_, with_.pool, *what.file, with_.limits.write_most);
    co_return sent;
}

}  // namespace medusa::http
