#include "http/edge.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "core/error.hpp"
#include "http/session.hpp"

namespace medusa::http {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t slow_threads = 2;
constexpr int backlog = 1'024;
// Without descriptors there is nothing to do but to wait until some session ends.
constexpr std::chrono::milliseconds accept_pause{100};

class beast_edge final : public edge {
public:
    beast_edge(const edge_address& at, int handler_threads, const edge_limits& limits,
               edge_calls calls, job_watch& watch)
        : limits_(limits),
          calls_(std::move(calls)),
          proxies_(at.trusted_proxies),
          pool_(std::size_t(handler_threads)),
          parts_{limits_, calls_, watch, pool_, slow_pool_, proxies_},
          acceptor_(io_),
          drain_timer_(io_) {
        listen(at);
    }

    ~beast_edge() override {
        pool_.join();
        slow_pool_.join();
    }

    std::uint16_t port() const override { return acceptor_.local_endpoint().port(); }

    void run(std::stop_token stop) override {
        const std::stop_callback stopped(stop, [this] { asio::post(io_, [this] { drain(); }); });
        auto accepting = [this] { return accept(); };
        asio::co_spawn(io_, accepting, asio::detached);
        io_.run();
    }

private:
    void listen(const edge_address& at) {
        try {
            const tcp::endpoint endpoint(asio::ip::make_address(at.host), at.port);
            acceptor_.open(endpoint.protocol());
            acceptor_.set_option(tcp::acceptor::reuse_address(true));
            acceptor_.bind(endpoint);
            acceptor_.listen(backlog);
        } catch (const boost::system::system_error& failed) {
            throw error(errc::unavailable,
                        fmt::format("cannot listen on {}:{}: {}", at.host, at.port,
                                    failed.code().message()),
                        "Stop what listens there, or set MEDUSA_HTTP to another address");
        }
    }

    asio::awaitable<void> accept() {
        while (!parts_.draining) {
            error_code failed;
            auto token = asio::redirect_error(use_awaitable, failed);
            tcp::socket socket = co_await acceptor_.async_accept(token);
            if (parts_.draining) break;
            if (failed) {
                drain_timer_.expires_after(accept_pause);
                error_code ignored;
                auto pause = asio::redirect_error(use_awaitable, ignored);
                co_await drain_timer_.async_wait(pause);
                continue;
            }
            // One too many is closed unread: it costs nothing, and the client tries again.
            if (parts_.open.size() >= limits_.connections_max) continue;
            error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            std::make_shared<session>(parts_, std::move(socket))->start();
        }
    }

    void drain() {
        parts_.draining = true;
        error_code ignored;
        acceptor_.close(ignored);
        // A session may end, and leave the set, while it is told.
        const std::vector<session*> open(parts_.open.begin(), parts_.open.end());
        for (auto* one : open) one->drain();
        drain_timer_.expires_after(limits_.drain_most);
        drain_timer_.async_wait([this](const error_code& cancelled) {
            if (!cancelled) io_.stop();
        });
        wait_for_end();
    }

    // Looks now and then whether the last session has ended.
    void wait_for_end() {
        constexpr std::chrono::milliseconds pause{20};
        if (parts_.open.empty()) {
            drain_timer_.cancel();
            return;
        }
        end_timer_.expires_after(pause);
        end_timer_.async_wait([this](const error_code&) { wait_for_end(); });
    }

    const edge_limits limits_;
    const edge_calls calls_;
    const std::vector<std::string> proxies_;
    asio::thread_pool pool_;
    asio::thread_pool slow_pool_{slow_threads};
    session_parts parts_;
    asio::io_context io_{1};
    tcp::acceptor acceptor_;
    asio::steady_timer drain_timer_;
    asio::steady_timer end_timer_{io_};
};

}  // namespace

std::unique_ptr<edge> make_edge(const edge_address& at, int handler_threads,
                                const edge_limits& limits, edge_calls calls, job_watch& watch) {
    return std::make_unique<beast_edge>(at, handler_threads, limits, std::move(calls), watch);
}

}  // namespace medusa::http
