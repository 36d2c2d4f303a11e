// The edge: sockets, sessions and their limits, over Boost.Beast. Knows HTTP and nothing of medusa.
//
// One I/O thread runs a coroutine a connection; handlers run on a pool of threads, whose queue is
// bounded: what comes beyond it is refused with 429, so that memory stays flat at any load. Plain
// HTTP/1.1: TLS and HTTP/2 belong to nginx or Caddy in front. Owned by app/.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "http/job_watch.hpp"
#include "http/message.hpp"

namespace medusa::http {

struct edge_limits {
    std::size_t header_bytes_max = std::size_t{16} << 10;
    std::size_t connections_max = 12'000;
    std::size_t slow_waiting_max = 1'000;           // answers that no slow thread makes yet
    std::size_t handlers_waiting_max = 256;         // requests that no thread has taken yet
    std::chrono::milliseconds header_most{10'000};  // from its first byte to its last
    std::chrono::milliseconds body_most{30'000};
    std::chrono::milliseconds write_most{30'000};  // without any byte taken
    std::chrono::milliseconds idle_most{75'000};   // between two requests
    std::chrono::milliseconds drain_most{25'000};
    std::chrono::milliseconds ping_pause{15'000};  // of event streams
};

// What is done with requests. All but `handle` are called on the I/O thread, and must be quick.
// What `handle`, or what it returned, throws after all is answered with 500, and said in the
// request's `found.trouble`; so is `at_once`. The others throw nothing.
struct edge_calls {
    std::function<answer(const request&)> handle;  // on a thread of the pool
    // The same answer where it is known without work; empty: `handle` is called.
    std::function<std::optional<response>(const request&)> at_once{};
    // How large a body may be, asked as soon as the head is there.
    std::function<std::size_t(std::string_view method, std::string_view target)> body_bytes_max;
    // An answer to what never became a whole request, or to no answer: 400, 408, 413, 429, 431,
    // 500.
    std::function<response(int status, const std::string& detail, const std::string& request_id)>
        refuse;
    // The job's events after that number, as text of an event stream, and its highest number.
    std::function<std::pair<std::string, std::int64_t>(const job&, std::int64_t after)> events;
    // After each answer: for logs and metrics. Empty: none.
    std::function<void(const request&, int status, std::size_t bytes,
                       std::chrono::microseconds took)>
        done{};
};

class edge {
public:
    virtual ~edge() = default;
    // The port that it listens on: known although 0 was asked for.
    virtual std::uint16_t port() const = 0;
    // Serves until `stop` is requested and every session has ended, at most drain_most later.
    virtual void run(std::stop_token stop) = 0;
};

struct edge_address {
    std::string host = "127.0.0.1";              // an IP address
    std::uint16_t port = 3001;                   // 0: any free one
    std::vector<std::string> trusted_proxies{};  // their X-Forwarded-For is believed
};

// Listens when it returns. Throws error(unavailable) when the address cannot be had.
std::unique_ptr<edge> make_edge(const edge_address& at, int handler_threads,
                                const edge_limits& limits, edge_calls calls, job_watch& watch);

}  // namespace medusa::http
