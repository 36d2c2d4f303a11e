// One connection: reads requests, has them handled, writes the answers. Private to the edge.
//
// Its coroutine and all its members belong to the I/O thread; the pool gets copies and references
// that the waiting coroutine keeps alive.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "http/edge.hpp"

namespace medusa::http {

class session;

// What all sessions of an edge share; outlives them. The I/O thread's, but for the counters.
struct session_parts {
    const edge_limits& limits;
    const edge_calls& calls;
    job_watch& watch;
    boost::asio::thread_pool& pool;
    boost::asio::thread_pool& slow_pool;
    const std::vector<std::string>& trusted_proxies;
    std::atomic<std::size_t> handlers_waiting = 0;
    std::atomic<std::size_t> slow_waiting = 0;
    std::set<session*> open{};
    // Those that wait for what is made just now, by slow_answer::key.
    std::map<std::string, std::deque<std::weak_ptr<session>>> making{};
    bool draining = false;
};

class session : public std::enable_shared_from_this<session> {
public:
    session(session_parts& with, boost::asio::ip::tcp::socket socket);
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    void start();
    // Ends it: at once where it waits for a request or streams events; else after its answer, for
    // which no job is waited for any longer.
    void drain();
    // Ends it at once.
    void cut();

private:
    using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    using task = boost::asio::awaitable<void>;
    // False: the connection ends.
    using verdict = boost::asio::awaitable<bool>;

    task serve();
    verdict serve_one();
    void give(std::chrono::milliseconds most);
    verdict has_begun();
    verdict read_request(request& into, bool& keeps_alive);
    verdict read_body(request& into, std::size_t bytes_max);
    // `unread`: what of it could be read. Always false: what follows is not understood any more.
    verdict refuse(request& unread, int status, const std::string& detail);
    verdict write(const request& asked, response what, bool keeps_alive);
    verdict write_text(const std::string& text);
    boost::asio::awaitable<answer> handled(const request& asked);
    std::optional<response> known_answer(const request& asked) const;
    boost::asio::awaitable<response> waited(const wait_for& what, const request& asked);
    boost::asio::awaitable<response> made(const slow_answer& what, const request& asked);
    task take_turn(const std::string& key);
    void pass_turn(const std::string& key);
    task stream(const request& asked, const event_stream& wanted);
    task linger();
    void done(const request& asked, int status, std::size_t bytes,
              std::chrono::steady_clock::time_point began) const;
    std::shared_ptr<void> listen(const std::string& job_id);
    std::string peer_of(const request& asked);

    session_parts& with_;
    boost::beast::tcp_stream stream_;
    boost::beast::flat_buffer incoming_;
    boost::asio::steady_timer news_;      // cancelled when there is something to look at
    std::optional<job> newest_;           // of the job that is listened for
    boost::asio::steady_timer patience_;  // with a client that is to send the rest of its request
    bool is_late_ = false;                // it was over
    bool has_turn_ = false;               // what it waited for in session_parts::making is made
    std::optional<parser> parser_;
    std::string neighbour_;    // the address that it comes from; empty: not looked up yet
    bool is_waiting_ = false;  // for a request, or for events to stream
};

}  // namespace medusa::http
