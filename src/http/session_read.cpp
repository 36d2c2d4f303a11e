// The reading side of a session: whole requests within their time and size, or a refusal.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/read.hpp>
#include <utility>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"
#include "http/session.hpp"

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
constexpr std::size_t request_id_chars_max = 64;
// What a client still sends after it was refused is read for so long, so that it sees the answer.
constexpr std::chrono::milliseconds linger_most{1'000};

int status_of(const error_code& failed) {
    if (failed == wire::error::header_limit) return 431;
    if (failed == wire::error::body_limit) return 413;
    return 400;
}

// Nobody to answer: the client has ended the connection, or we end it.
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

// An IPv4 address in the clothes of IPv6, as a socket for both has it, is written as what it is.
std::string plain(const asio::ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.to_string();
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
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

}  // namespace

// The stream's own limit would close it, and there would be no way to say why.
void session::give(std::chrono::milliseconds most) {
    is_late_ = false;
    stream_.expires_never();
    patience_.expires_after(most);
    patience_.async_wait([weak = weak_from_this()](const error_code& in_time) {
        const auto self = weak.lock();
        if (in_time || !self || self->patience_.expiry() > steady::now()) return;
        self->is_late_ = true;
        self->stream_.cancel();
    });
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
    give(with_.limits.header_most);
    error_code failed;
    auto token = asio::redirect_error(use_awaitable, failed);
    co_await wire::async_read_header(stream_, incoming_, *parser_, token);
    patience_.cancel();
    if (failed) {
        if (is_late_) {
            const bool never =
                co_await refuse(into, 408, "the head of the request came too slowly");
            co_return never;
        }
        if (is_gone(failed)) co_return false;
        const std::string detail = "the head of the request cannot be read: " + failed.message();
        const bool never = co_await refuse(into, status_of(failed), detail);
        co_return never;
    }
    const auto& head = parser_->get();
    into.method = std::string(head.method_string());
    into.id = harmless_id(head["X-Request-Id"]);
    for (const auto& field : head)
        into.headers.emplace_back(lower_ascii(field.name_string()), field.value());
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
        const bool never = co_await refuse(into, 400, problem);
        co_return never;
    }
    // Of HTTP/1.0 each connection is for one request: its clients want to be told otherwise.
    keeps_alive = head.keep_alive() && head.version() >= 11;
    if (parser_->is_done()) co_return true;
    const auto most = with_.calls.body_bytes_max(into.method, target);
    const bool whole = co_await read_body(into, most);
    if (!whole) co_return false;
    into.body = std::move(parser_->get().body());
    co_return true;
}

session::verdict session::read_body(request& into, std::size_t bytes_max) {
    const auto too_large = fmt::format("the body is larger than {} bytes", bytes_max);
    if (parser_->content_length().value_or(0) > bytes_max) {
        const bool never = co_await refuse(into, 413, too_large);
        co_return never;
    }
    const auto expected = parser_->get()[wire::field::expect];
    if (beast::iequals(expected, "100-continue")) {
        const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        const bool written = co_await write_text(go_on);
        if (!written) co_return false;
    }
    parser_->body_limit(bytes_max);
    give(with_.limits.body_most);
    error_code failed;
    auto token = asio::redirect_error(use_awaitable, failed);
    co_await wire::async_read(stream_, incoming_, *parser_, token);
    patience_.cancel();
    if (!failed) co_return true;
    if (is_late_) {
        const bool never = co_await refuse(into, 408, "the body of the request came too slowly");
        co_return never;
    }
    if (is_gone(failed)) co_return false;
    const auto status = status_of(failed);
    const auto detail = status == 413 ? too_large : "the body cannot be read: " + failed.message();
    const bool never = co_await refuse(into, status, detail);
    co_return never;
}

session::verdict session::refuse(request& unread, int status, const std::string& detail) {
    if (unread.id.empty()) unread.id = harmless_id({});
    if (unread.peer.empty()) unread.peer = peer_of(unread);
    auto reply = with_.calls.refuse(status, detail, unread.id);
    const auto bytes = reply.body.size();
    co_await write(unread, std::move(reply), false);
    done(unread, status, bytes, steady::now());
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

std::string session::peer_of(const request& asked) {
    error_code unknown;
    if (neighbour_.empty()) neighbour_ = plain(stream_.socket().remote_endpoint(unknown).address());
    auto peer = neighbour_;
    const auto is_trusted = [&](const std::string& address) {
        return std::find(with_.trusted_proxies.begin(), with_.trusted_proxies.end(), address) !=
               with_.trusted_proxies.end();
    };
    // The nearest address that is not a proxy of ours: what lies further ahead anybody may claim.
    // A proxy appends to the line that there is, or adds one after it.
    std::vector<std::string> chain;
    for (const auto& [name, value] : asked.headers)
        if (name == "x-forwarded-for")
            for (auto& address : split(value, ',')) chain.push_back(std::move(address));
    while (is_trusted(peer) && !chain.empty()) {
        const auto before = asio::ip::make_address(collapse_spaces(chain.back()), unknown);
        chain.pop_back();
        if (unknown) break;
        peer = plain(before);
    }
    return peer;
}

}  // namespace medusa::http
