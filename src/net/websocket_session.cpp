#include "net/websocket_session.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "core/version.hpp"
#include "net/call.hpp"

namespace medusa {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ws = beast::websocket;
using asio::use_awaitable;
using boost::system::error_code;

constexpr std::chrono::milliseconds close_deadline{1'000};
constexpr std::size_t outgoing_max = 64;                             // messages
constexpr std::size_t buffer_kept_bytes_max = std::size_t{1} << 20;  // between messages

enum class phase { resolving, connecting, securing, upgrading, open, closing };

using plain_stream = beast::tcp_stream;
using tls_stream = beast::ssl_stream<beast::tcp_stream>;

std::string base64(const std::string& text) {
    std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
    const auto size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), int(text.size()));
    encoded.resize(std::size_t(size));
    return encoded;
}

std::string without_brackets(const std::string& host) {
    return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

template <class Stream>
class session final : public websocket_session,
                      public std::enable_shared_from_this<session<Stream>> {
    static constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

public:
    template <class... Tls>
    session(asio::io_context& io, websocket_request request, url_parts address,
            websocket_handlers handlers, std::function<void()> ended, Tls&... tls)
        : io_(io),
          request_(std::move(request)),
          address_(std::move(address)),
          handlers_(std::move(handlers)),
          ended_(std::move(ended)),
          resolver_(io),
          deadline_(io),
          stream_(io, tls...) {}

    void start() override {
        if (finished_) return;
        limit_phase(request_.connect_timeout);
        asio::co_spawn(io_, run(this->shared_from_this()), asio::detached);
    }

    void send_text(std::string text) override {
        if (phase_ != phase::open || finished_ || outgoing_.size() >= outgoing_max) return;
        outgoing_.push_back(std::move(text));
        if (outgoing_.size() == 1)
            asio::co_spawn(io_, write_all(this->shared_from_this()), asio::detached);
    }

    void close() override {
        if (finished_ || phase_ == phase::closing) return;
        const bool is_open = std::exchange(phase_, phase::closing) == phase::open;
        if (!is_open) return finish(stopped_error(words()));
        limit_phase(close_deadline);
        asio::co_spawn(io_, close_politely(this->shared_from_this()), asio::detached);
    }

    void mute() override {
        muted_ = true;
        // What runs at this moment may be one of them.
        if (!calling_) handlers_ = {};
    }

private:
    using self_pointer = std::shared_ptr<session>;

    call_words words() const {
        return {request_.failure_words, request_.upstream, request_.url, request_.facts};
    }

    // The argument keeps the session alive as long as the coroutine; the same below.
    asio::awaitable<void> run(self_pointer) {
        try {
            co_await connect();
            co_await upgrade();
            if (finished_ || phase_ == phase::closing) co_return;
            phase_ = phase::open;
            deadline_.cancel();
            call([this] {
                if (handlers_.open) handlers_.open();
            });
            while (!finished_) co_await read_one();
        } catch (const boost::system::system_error& failed) {
            finish(explain(failed.code()));
        }
    }

    asio::awaitable<void> connect() {
        const auto host = without_brackets(address_.host);
        const auto port = std::to_string(address_.port);
        const auto found = co_await resolver_.async_resolve(host, port, use_awaitable);
        // The deadline may have passed meanwhile: a new attempt would outlive it.
        if (finished_) throw boost::system::system_error(asio::error::operation_aborted);
        phase_ = phase::connecting;
        co_await beast::get_lowest_layer(stream_).async_connect(found, use_awaitable);
        if constexpr (is_tls) {
            phase_ = phase::securing;
            auto& secure = stream_.next_layer();
            SSL_set_tlsext_host_name(secure.native_handle(), host.c_str());
            secure.set_verify_callback(asio::ssl::host_name_verification(host));
            co_await secure.async_handshake(asio::ssl::stream_base::client, use_awaitable);
        }
    }

    asio::awaitable<void> upgrade() {
        if (phase_ == phase::closing) co_return;
        phase_ = phase::upgrading;
        ws::stream_base::timeout limits{};
        limits.handshake_timeout = request_.connect_timeout;
        limits.idle_timeout = 2 * request_.ping_every;
        limits.keep_alive_pings = true;  // sent after half of idle_timeout without a word
        stream_.set_option(limits);
        stream_.read_message_max(request_.message_bytes_max);
        // A server that has said farewell should hang up; one that does not is not waited for.
        stream_.control_callback([this](ws::frame_type kind, beast::string_view) {
            if (kind == ws::frame_type::close && phase_ == phase::open) limit_phase(close_deadline);
        });
        stream_.set_option(
            ws::stream_base::decorator([this](ws::request_type& request) { fill(request); }));
        const int usual_port = address_.scheme == "wss" ? 443 : 80;
        const auto host = address_.port == usual_port
                              ? address_.host
                              : fmt::format("{}:{}", address_.host, address_.port);
        const auto target =
            address_.query.empty() ? address_.path : address_.path + "?" + address_.query;
        co_await stream_.async_handshake(answer_, host, target, use_awaitable);
    }

    void fill(ws::request_type& request) const {
        request.set(http::field::user_agent, fmt::format("medusa/{}", version));
        for (const auto& header : request_.headers) request.set(header.name, header.value);
        if (!request_.bearer.empty())
            request.set(http::field::authorization, "Bearer " + request_.bearer);
        else if (!address_.user.empty() || !address_.password.empty())
            request.set(http::field::authorization,
                        "Basic " + base64(address_.user + ":" + address_.password));
    }

    asio::awaitable<void> read_one() {
        co_await stream_.async_read(incoming_, use_awaitable);
        const auto bytes = incoming_.cdata();
        const auto* const data = static_cast<const char*>(bytes.data());
        call([&] {
            if (stream_.got_text()) {
                if (handlers_.text) handlers_.text(std::string_view(data, bytes.size()));
            } else if (handlers_.binary) {
                handlers_.binary(std::as_bytes(std::span(data, bytes.size())));
            }
        });
        incoming_.clear();
        if (incoming_.capacity() > buffer_kept_bytes_max) incoming_.shrink_to_fit();
    }

    asio::awaitable<void> write_all(self_pointer) {
        try {
            while (!outgoing_.empty() && !finished_) {
                stream_.text(true);
                const auto text = asio::buffer(outgoing_.front());
                co_await stream_.async_write(text, use_awaitable);
                outgoing_.pop_front();
            }
        } catch (const boost::system::system_error& failed) {
            finish(explain(failed.code()));
        }
    }

    asio::awaitable<void> close_politely(self_pointer) {
        try {
            const ws::close_reason reason(ws::close_code::normal);
            co_await stream_.async_close(reason, use_awaitable);
        } catch (const boost::system::system_error&) {
            // It is closed in any case: the next line cuts it.
        }
        finish(stopped_error(words()));
    }

    // Ends the session when the phase that begins now takes longer.
    void limit_phase(std::chrono::milliseconds limit) {
        deadline_.expires_after(limit);
        deadline_.async_wait([self = this->shared_from_this()](error_code cancelled) {
            if (cancelled) return;
            self->finish(self->explain_lateness());
        });
    }

    void finish(const error& reason) {
        if (std::exchange(finished_, true)) return;
        deadline_.cancel();
        resolver_.cancel();
        beast::get_lowest_layer(stream_).close();
        call([&] {
            if (handlers_.closed) handlers_.closed(reason);
        });
        muted_ = true;
        ended_();
    }

    // A handler that throws ends its connection, not the loop.
    template <class Callback>
    void call(const Callback& callback) {
        if (muted_) return;
        const bool was_calling = std::exchange(calling_, true);
        try {
            callback();
            calling_ = was_calling;
        } catch (...) {
            calling_ = was_calling;
            finish(error(errc::internal,
                         fmt::format("{}: a message was not understood", request_.failure_words)));
        }
    }

    error explain_lateness() const {
        switch (phase_) {
            case phase::resolving:
            case phase::connecting:
            case phase::securing:
            case phase::upgrading:
                return socket_error(words(), socket_failure::connect_timeout, false);
            case phase::open:
                return ended_by_server();
            case phase::closing:
                break;
        }
        return stopped_error(words());
    }

    error explain(error_code code) {
        switch (phase_) {
            case phase::resolving:
                return socket_error(words(), socket_failure::unknown_host, false);
            case phase::connecting:
                return socket_error(words(),
                                    code == asio::error::timed_out ? socket_failure::connect_timeout
                                                                   : socket_failure::refused,
                                    false);
            case phase::securing:
                return explain_tls();
            case phase::upgrading:
                return explain_upgrade(code);
            case phase::open:
                return explain_end(code);
            case phase::closing:
                break;
        }
        return stopped_error(words());
    }

    error explain_tls() {
        if constexpr (is_tls) {
            const auto verdict = SSL_get_verify_result(stream_.next_layer().native_handle());
            if (verdict != X509_V_OK)
                return socket_error(words(), socket_failure::certificate, false,
                                    X509_verify_cert_error_string(verdict));
        }
        return socket_error(words(), socket_failure::tls, false);
    }

    error explain_upgrade(error_code code) {
        if (code == ws::error::upgrade_declined) {
            std::vector<http_header> headers;
            for (const auto& field : answer_)
                headers.push_back({to_lower(field.name_string()), std::string(field.value())});
            if (auto refused = status_error(words(), int(answer_.result_int()), headers,
                                            answer_.body(), {}, system_clock().now()))
                return std::move(*refused);
        }
        const bool cut = code == asio::error::eof || code == asio::error::connection_reset ||
                         code == http::error::end_of_stream || code == http::error::partial_message;
        return socket_error(words(), cut ? socket_failure::reset : socket_failure::not_http, true);
    }

    error explain_end(error_code code) {
        if (code == beast::error::timeout)
            return socket_error(words(), socket_failure::silent, true);
        if (code == ws::error::message_too_big || code == ws::error::buffer_overflow)
            return socket_error(words(), socket_failure::too_large, true);
        return ended_by_server();
    }

    // Proxies do so at any time.
    error ended_by_server() const {
        const auto shown = printable_url(request_.url);
        return error(errc::unavailable, remote_failure{failure_class::transient},
                     fmt::format("{}: {} ended the connection", request_.failure_words, shown), {},
                     request_.upstream);
    }

    asio::io_context& io_;
    const websocket_request request_;
    const url_parts address_;
    websocket_handlers handlers_;
    const std::function<void()> ended_;
    asio::ip::tcp::resolver resolver_;
    asio::steady_timer deadline_;
    ws::stream<Stream> stream_;
    ws::response_type answer_;
    beast::flat_buffer incoming_;
    std::deque<std::string> outgoing_;  // the first is being written
    phase phase_ = phase::resolving;
    bool finished_ = false;
    bool muted_ = false;
    bool calling_ = false;
};

}  // namespace

std::shared_ptr<websocket_session> make_websocket_session(
    asio::io_context& io, asio::ssl::context& tls, websocket_request request,
    const url_parts& address, websocket_handlers handlers, std::function<void()> ended) {
    if (address.scheme == "wss")
        return std::make_shared<session<tls_stream>>(io, std::move(request), address,
                                                     std::move(handlers), std::move(ended), tls);
    return std::make_shared<session<plain_stream>>(io, std::move(request), address,
                                                   std::move(handlers), std::move(ended));
}

}  // namespace medusa
