#include "net/call_log.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "net/url.hpp"

namespace medusa {
namespace {

class stopwatch {
public:
    std::string told() const {
        return fmt::format("after {} ms", (system_timer().elapsed() - began_).count());
    }

private:
    std::chrono::milliseconds began_ = system_timer().elapsed();
};

std::string_view kind_of(const error& failed) {
    return failed.failure() ? to_string(failed.failure()->kind) : info(failed.code()).name;
}

class logged_http final : public http_client {
public:
    logged_http(std::unique_ptr<http_client> client, log_sink log)
        : client_(std::move(client)), log_(std::move(log)) {}

    http_reply send(const http_request& request, std::stop_token stop) override {
        const auto call = fmt::format("{} {}", request.method, printable_url(request.url));
        const stopwatch time;
        try {
            auto reply = client_->send(request, std::move(stop));
            const auto failed = reply_error(request, reply);
            log_(fmt::format("{}: {}{} {}", call, reply.status,
                             failed ? fmt::format(" ({})", kind_of(*failed)) : "", time.told()));
            return reply;
        } catch (const error& failed) {
            log_(fmt::format("{}: no answer ({}) {}: {}", call, kind_of(failed), time.told(),
                             failed.detail()));
            throw;
        }
    }

private:
    const std::unique_ptr<http_client> client_;
    const log_sink log_;
};

class logged_websockets final : public websocket_loop {
public:
    logged_websockets(std::unique_ptr<websocket_loop> loop, log_sink log)
        : log_(std::move(log)), loop_(std::move(loop)) {}

    std::unique_ptr<websocket> connect(websocket_request request,
                                       websocket_handlers handlers) override {
        const auto address = printable_url(request.url);
        const stopwatch time;
        handlers.open = [this, address, time, then = std::move(handlers.open)] {
            log_(fmt::format("{}: open {}", address, time.told()));
            if (then) then();
        };
        handlers.closed = [this, address, time,
                           then = std::move(handlers.closed)](const error& reason) {
            log_(fmt::format("{}: ended ({}) {}: {}", address, kind_of(reason), time.told(),
                             reason.detail()));
            if (then) then(reason);
        };
        return loop_->connect(std::move(request), std::move(handlers));
    }

private:
    const log_sink log_;
    const std::unique_ptr<websocket_loop> loop_;  // its callbacks log
};

}  // namespace

std::unique_ptr<http_client> logged(std::unique_ptr<http_client> client, log_sink log) {
    if (!log) return client;
    return std::make_unique<logged_http>(std::move(client), std::move(log));
}

std::unique_ptr<websocket_loop> logged(std::unique_ptr<websocket_loop> loop, log_sink log) {
    if (!log) return loop;
    return std::make_unique<logged_websockets>(std::move(loop), std::move(log));
}

}  // namespace medusa
