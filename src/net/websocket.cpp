#include "net/websocket.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <thread>
#include <utility>

#include "net/call.hpp"
#include "net/websocket_session.hpp"

namespace medusa {
namespace {

namespace asio = boost::asio;

// What closes when the loop ends gets this long to do so cleanly.
constexpr std::chrono::milliseconds farewell_deadline{2'000};

asio::ssl::context make_tls(const std::string& ca_file) {
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.set_verify_mode(asio::ssl::verify_peer);
    boost::system::error_code failed;
    if (ca_file.empty())
        tls.set_default_verify_paths(failed);
    else
        tls.load_verify_file(ca_file, failed);
    if (failed)
        throw error(errc::invalid_argument, "the file with trusted certificates cannot be read",
                    "It is a PEM file with at least one certificate");
    return tls;
}

// The caller's end of a session.
class loop_websocket final : public websocket {
public:
    // The session is shared with the operations that run on the loop.
    loop_websocket(asio::io_context& io, std::shared_ptr<websocket_session> session)
        : io_(io), session_(std::move(session)) {}

    ~loop_websocket() override {
        const auto leave = [this] {
            session_->mute();
            session_->close();
        };
        if (io_.get_executor().running_in_this_thread()) {
            leave();
            return;
        }
        std::promise<void> left;
        asio::post(io_, [&] {
            leave();
            left.set_value();
        });
        left.get_future().wait();
    }

    void send_text(std::string text) override {
        asio::post(io_, [session = session_, text = std::move(text)]() mutable {
            session->send_text(std::move(text));
        });
    }

    void close() override {
        asio::post(io_, [session = session_] { session->close(); });
    }

private:
    asio::io_context& io_;
    const std::shared_ptr<websocket_session> session_;
};

class asio_loop final : public websocket_loop {
public:
    explicit asio_loop(const std::string& ca_file)
        : tls_(make_tls(ca_file)), farewell_(io_), work_(io_.get_executor()) {
        thread_ = std::thread([this] { io_.run(); });
    }

    ~asio_loop() override {
        asio::post(io_, [this] {
            leaving_ = true;
            work_.reset();
            if (sessions_ == 0) return;
            farewell_.expires_after(farewell_deadline);
            farewell_.async_wait([this](boost::system::error_code cancelled) {
                if (!cancelled) io_.stop();
            });
        });
        thread_.join();
    }

    std::unique_ptr<websocket> connect(websocket_request request,
                                       websocket_handlers handlers) override {
        const call_words words{request.failure_words, request.upstream, request.url, request.facts};
        const auto address = address_of(words, "ws");
        check_headers(request.headers, request.bearer);
        auto session = make_websocket_session(io_, tls_, std::move(request), address,
                                              std::move(handlers), [this] { count_ended(); });
        asio::post(io_, [this, session] {
            ++sessions_;
            session->start();
        });
        return std::make_unique<loop_websocket>(io_, std::move(session));
    }

private:
    void count_ended() {
        if (--sessions_ == 0 && leaving_) farewell_.cancel();
    }

    // One thread runs it, so nothing that happens on it needs a lock.
    asio::io_context io_{1};
    asio::ssl::context tls_;
    asio::steady_timer farewell_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    int sessions_ = 0;      // that have begun and not ended; the loop's thread
    bool leaving_ = false;  // the same
    std::thread thread_;
};

}  // namespace

std::unique_ptr<websocket_loop> make_websocket_loop(std::string ca_file) {
    return std::make_unique<asio_loop>(ca_file);
}

}  // namespace medusa
