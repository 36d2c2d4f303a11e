#include "http/session.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>
#include <ctime>
#include <utility>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"

// Every argument of a co_await has a name: g++ 12 miscompiles temporaries there.
namespace medusa::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = beast::http;
using asio::use_awaitable;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

constexpr std::size_t first_read_bytes = 4'096;
constexpr std::size_t incoming_bytes_max = std::size_t{64} << 10;
constexpr std::size_t request_id_chars_max = 64;
// What a client still sends after it was refused is read for so long, so that it sees the answer.
constexpr std::chrono::milliseconds linger_most{1'000};

constexpr auto stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
    "X-Accel-Buffering: no\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n"
    "X-Request-Id: {}\r\n\r\n";

int status_of(const error_code& failed) {
    if (failed == wire::error::header_limit) return 431;
    if (failed == wire::error::body_limit) return 413;
    return 400;
}

// Nobody to answer: the client has ended the connection, or was so slow that the stream closed it.
bool is_gone(const error_code& failed) {
    return failed == beast::error::timeout || failed == wire::error::end_of_stream ||
           failed == asio::error::eof || failed == asio::error::connection_reset ||
           failed == asio::error::operation_aborted || failed == asio::error::broken_pipe;
}

std::string harmless_id(std::string_view wanted) {
    const auto harmless = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    if (!wanted.empty() && wanted.size() <= request_id_chars_max &&
        std::all_of(wanted.begin(), wanted.end(), harmless))
        return std::string(wanted);
    return random_ids().uuid();
}

std::string lower_case(std::string_view ascii) {
    std::string lower(ascii);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
    return lower;
}

// Two parties that read the length of one request differently are how requests are smuggled
// (RFC 9112, 6.1 and 6.3): whatever could be read in two ways is refused.
const char* ambiguity(const wire::request<wire::string_body>& head) {
    const auto lengths = head.count(wire::field::content_length);
    const auto codings = head.count(wire::field::transfer_encoding);
    if (lengths + codings > 1) return "the request tells its length more than once";
    if (codings == 1 && !beast::iequals(head[wire::field::transfer_encoding], "chunked"))
        return "the request has a transfer coding other than chunked";
    if (codings == 1 && head.version() < 11) return "the request is of HTTP/1.0 and chunked";
    const auto hosts = head.count(wire::field::host);
    if (hosts > 1 || (hosts == 0 && head.version() >= 11)) return "the request needs one Host";
    return nullptr;
}

template <class body_type>
void set_head(wire::response<body_type>& reply, const response& what, const request& asked,
              bool keeps_alive) {
    reply.keep_alive(keeps_alive);
    reply.set(wire::field::date,
              fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr))));
    if (!what.content_type.empty()) reply.set(wire::field::content_type, what.content_type);
    reply.set("X-Request-Id", asked.id);
    reply.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : what.headers) reply.set(name, value);
    const bool has_body = what.status != 204 && what.status != 304;
    if (has_body) reply.content_length(what.body.size());
}

}  // namespace

session::session(session_parts& with, asio::ip::tcp::socket socket)
    : with_(with),
      stream_(std::move(socket)),
      incoming_(incoming_bytes_max),
      news_(stream_.get_executor()) {
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
    if (with_.handlers_waiting >= with_.limits.handlers_waiting_max) {
        reply = with_.calls.refuse(429, "more requests arrive than can be served", asked.id);
    } else {
        auto result = co_await handled(asked);
        if (const auto* events = std::get_if<event_stream>(&result)) {
            co_await stream(asked, *events);
            co_return false;
        }
        if (const auto* wait = std::get_if<wait_for>(&result))
            reply = co_await waited(*wait);
        else
            reply = std::move(std::get<response>(result));
    }
    const int status = reply.status;
    const auto bytes = reply.body.size();
    keeps_alive = keeps_alive && !with_.draining;
    const bool written = co_await write(asked, std::move(reply), keeps_alive);
    if (with_.calls.done)
        with_.calls.done(
            asked, status, bytes,
            std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - began));
    const bool goes_on = written && keeps_alive;
    co_return goes_on;
}

session::verdict session::has_begun() {
    if (incoming_.size() > 0) co_return true;
    incoming_.shrink_to_fit();
    stream_.expires_after(with_.limits.idle_most);
    error_code failed;
    auto token = asio::redirect_error(use_awaitable, failed);
    const auto space = incoming_.prepare(first_read_bytes);
    is_waiting_ = true;
    const auto size = co_await stream_.async_read_some(space, token);
    is_waiting_ = false;
    if (failed) co_return false;
    incoming_.commit(size);
    co_return true;
}

session::verdict session::read_request(request& into, bool& keeps_alive) {
    const bool begun = co_await has_begun();
    if (!begun) co_return false;
    parser_.emplace();
    parser_->header_limit(std::uint32_t(with_.limits.header_bytes_max));
    parser_->body_limit(boost::none);
    stream_.expires_after(with_.limits.header_most);
    error_code failed;
    auto token = asio::redirect_error(use_awaitable, failed);
    co_await wire::async_read_header(stream_, incoming_, *parser_, token);
    if (failed) {
        if (is_gone(failed)) co_return false;
        const std::string detail = "the head of the request cannot be read: " + failed.message();
        const bool never = co_await refuse(status_of(failed), detail);
        co_return never;
    }
    const auto& head = parser_->get();
    into.method = std::string(head.method_string());
    into.id = harmless_id(head["X-Request-Id"]);
    for (const auto& field : head)
        into.headers.emplace_back(lower_case(field.name_string()), field.value());
    into.peer = peer_of(into);
    std::string problem;
    if (const char* reason = ambiguity(head)) problem = reason;
    const std::string target(head.target());
    try {
        if (problem.empty()) into.at = parse_target(target);
    } catch (const error& malformed) {
        problem = malformed.detail();
    }
    if (!problem.empty()) {
        const bool never = co_await refuse(400, problem);
        co_return never;
    }
    keeps_alive = head.keep_alive();
    const auto most = with_.calls.body_bytes_max(into.method, target);
    const bool whole = co_await read_body(most);
    if (!whole) co_return false;
    into.body = std::move(parser_->get().body());
    co_return true;
}

session::verdict session::read_body(std::size_t bytes_max) {
    const auto too_large = fmt::format("the body is larger than {} bytes", bytes_max);
    if (parser_->content_length().value_or(0) > bytes_max) {
        const bool never = co_await refuse(413, too_large);
        co_return never;
    }
    const auto expected = parser_->get()[wire::field::expect];
    if (beast::iequals(expected, "100-continue")) {
        const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        const bool written = co_await write_text(go_on);
        if (!written) co_return false;
    }
    parser_->body_limit(bytes_max);
    stream_.expires_after(with_.limits.body_most);
    error_code failed;
    auto token = asio::redirect_error(use_awaitable, failed);
    co_await wire::async_read(stream_, incoming_, *parser_, token);
    if (!failed) co_return true;
    if (is_gone(failed)) co_return false;
    const auto status = status_of(failed);
    const auto detail = status == 413 ? too_large : "the body cannot be read: " + failed.message();
    const bool never = co_await refuse(status, detail);
    co_return never;
}

// Always false: what follows on the connection is not understood any more.
session::verdict session::refuse(int status, const std::string& detail) {
    request unread;
    unread.id = harmless_id({});
    auto reply = with_.calls.refuse(status, detail, unread.id);
    co_await write(unread, std::move(reply), false);
    co_await linger();
    co_return false;
}

session::task session::linger() {
    error_code failed;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, failed);
    const auto until = steady::now() + linger_most;
    while (!failed && steady::now() < until) {
        incoming_.clear();
        stream_.expires_at(until);
        auto token = asio::redirect_error(use_awaitable, failed);
        const auto space = incoming_.prepare(first_read_bytes);
        co_await stream_.async_read_some(space, token);
    }
}

asio::awaitable<answer> session::handled(const request& asked) {
    ++with_.handlers_waiting;
    auto work = [&with = with_, &asked]() -> asio::awaitable<answer> {
        --with.handlers_waiting;
        co_return with.calls.handle(asked);
    };
    auto result = co_await asio::co_spawn(with_.pool, std::move(work), use_awaitable);
    co_return result;
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

asio::awaitable<response> session::waited(const wait_for& what) {
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
    auto work = [&what, newest = newest_]() -> asio::awaitable<response> {
        co_return what.then(newest);
    };
    auto result = co_await asio::co_spawn(with_.pool, std::move(work), use_awaitable);
    co_return result;
}

session::task session::stream(const request& asked, const event_stream& wanted) {
    const std::string head = fmt::format(fmt::runtime(stream_head), asked.id) + wanted.at_first;
    const std::string ping = ": ping\n\n";
    auto after = wanted.after;
    const auto ticket = listen(wanted.job_id);
    bool goes_on = co_await write_text(head);
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
    set_head(reply, what, asked, keeps_alive);
    reply.body() = std::move(what.body);
    const bool head_only = asked.method == "HEAD" || what.status == 304;
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
    co_return !failed;
}

std::string session::peer_of(const request& asked) const {
    error_code unknown;
    std::string peer = stream_.socket().remote_endpoint(unknown).address().to_string();
    const auto is_trusted = [&](const std::string& address) {
        return std::find(with_.trusted_proxies.begin(), with_.trusted_proxies.end(), address) !=
               with_.trusted_proxies.end();
    };
    // The nearest address that is not a proxy of ours: what lies further ahead anybody may claim.
    auto chain = split(asked.header("x-forwarded-for"), ',');
    while (is_trusted(peer) && !chain.empty()) {
        auto before = collapse_spaces(chain.back());
        chain.pop_back();
        if (before.empty()) break;
        peer = std::move(before);
    }
    return peer;
}

}  // namespace medusa::http
