// The edge over real sockets: what it serves, what it refuses, and how it ends.
#include "http/edge.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "support/queue_on_trial.hpp"
#include "support/raw_client.hpp"

namespace medusa::http {
namespace {

using namespace std::chrono_literals;

using testing_support::raw_client;

class http_edge : public testing_support::queue_on_trial {
protected:
    void start(edge_limits limits = {}) {
        edge_calls calls;
        calls.handle = [this](const request& asked) { return handle(asked); };
        calls.body_bytes_max = [](std::string_view, std::string_view) { return 100u; };
        calls.refuse = [this](int status, const std::string& detail, const std::string&) {
            ++refused_;
            return response{status, "text/plain", detail};
        };
        calls.events = [](const job& one, std::int64_t after) {
            std::string text;
            for (const auto& event : one.events)
                if (event.sequence > after)
                    text += "id: " + std::to_string(event.sequence) + "\n\n";
            return std::pair(text, one.events.back().sequence);
        };
        calls.at_once = [](const request& asked) -> std::optional<response> {
            if (asked.at.path.at(0) == "broken-at-once") throw std::runtime_error("a bug");
            return std::nullopt;
        };
        calls.done = [this](const request& asked, int status, std::size_t, auto) {
            if (status == 500 && !asked.found.trouble.empty()) ++broken_;
            known_ += status == 413 && asked.method + asked.id + asked.peer == "POSTn1203.0.113.7";
        };
        edge_ = make_edge({.port = 0, .trusted_proxies = {"127.0.0.1", "10.0.0.5"}}, 2, limits,
                          std::move(calls), watch_);
        serving_ = std::jthread([this](const std::stop_token& stop) { edge_->run(stop); });
    }
    ~http_edge() override { gate_ = true; }

    answer handle(const request& asked) {
        const auto& path = asked.at.path;
        if (path.at(0) == "echo")
            return response{200, "text/plain", asked.method + " " + asked.body};
        if (path[0] == "peer") return response{200, "text/plain", asked.peer};
        const auto make = [this, text = path[0]] {
            ++begun_;
            while (!gate_) std::this_thread::sleep_for(1ms);
            return response{200, "text/plain", text};
        };
        if (path[0] == "slow") return make();
        if (path[0] == "wait")
            return wait_for{
                job_id_, 5s, [](const std::optional<job>& now) {
                    return response{200, "text/plain", std::string(to_string(now->status.state))};
                }};
        if (path[0] == "drawn")
            return slow_answer{[this] {
                while (!gate_) std::this_thread::sleep_for(1ms);
                return response{200, "text/plain", "drawn"};
            }};
        if (path[0] == "broken") throw std::runtime_error("a bug");
        if (path[0] == "broken-slow")
            return slow_answer{[]() -> response { throw std::bad_alloc(); }};
        if (path[0] == "broken-wait")
            return wait_for{job_id_, 1ms, [](const auto&) -> response { throw std::bad_alloc(); }};
        if (path[0] == "same") return slow_answer{make, "same"};
        if (path[0] == "other") return slow_answer{[] { return response{200, "text/plain", "o"}; }};
        if (path[0] == "events") return event_stream{job_id_, 0};
        return response{404, "text/plain", "nothing here"};
    }
    std::string submitted() { return derived_uuid(submit().id, 0); }
    raw_client client() { return raw_client(edge_->port()); }
    static int status(const std::string& reply) {
        return reply.starts_with("HTTP/1.1 ") ? std::stoi(reply.substr(9)) : 0;
    }
    static std::string body(const std::string& reply) {
        return reply.substr(std::min(reply.find("\r\n\r\n") + 4, reply.size()));
    }

    static void expect_soon(const std::function<bool()>& holds) {
        for (int i = 0; i < 4'000 && !holds(); ++i) std::this_thread::sleep_for(5ms);
        EXPECT_TRUE(holds());
    }

    job_watch watch_{queue_};
    std::string job_id_;
    std::atomic<bool> gate_ = false;
    std::atomic<int> begun_ = 0;
    std::atomic<int> refused_ = 0;
    std::atomic<int> broken_ = 0;
    std::atomic<int> known_ = 0;  // that were refused
    std::unique_ptr<edge> edge_;
    std::jthread serving_;
};

TEST_F(http_edge, the_nearest_address_that_is_no_proxy_of_ours_is_the_clients) {
    start();
    const std::pair<std::string, std::string> cases[] = {
        {"", "127.0.0.1"},
        {"X-Forwarded-For: 192.0.2.9\r\n", "192.0.2.9"},
        {"X-Forwarded-For: 198.51.100.1, 192.0.2.9, 10.0.0.5\r\n", "192.0.2.9"},
        {"X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 192.0.2.9\r\n", "192.0.2.9"},
        {"X-Forwarded-For: 192.0.2.9, nobody\r\n", "127.0.0.1"},
    };
    for (const auto& [lines, peer] : cases)
        EXPECT_EQ(body(client().asked("GET /peer HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n")), peer)
            << lines;
}

TEST_F(http_edge, who_waits_for_the_same_slow_answer_takes_no_thread_from_others) {
    start();
    std::vector<raw_client> waiting;
    for (int i = 0; i < 5; ++i) {
        waiting.push_back(client());
        waiting.back().say("GET /same HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    expect_soon([&] { return begun_ == 1; });
    EXPECT_EQ(body(client().asked("GET /other HTTP/1.1\r\nHost: x\r\n\r\n")), "o");
    EXPECT_EQ(begun_, 1);
    gate_ = true;
    for (auto& one : waiting) EXPECT_TRUE(one.heard("same").ends_with("same"));
    EXPECT_EQ(begun_, 5) << "each has its own answer made";
}

TEST_F(http_edge, answers_and_counts_what_nobody_expected_to_be_thrown) {
    job_id_ = submitted();
    start();
    auto one = client();
    for (const std::string path : {"broken", "broken-slow", "broken-wait", "broken-at-once"}) {
        one.say("GET /" + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        const auto reply = one.heard("something went wrong on the server");
        EXPECT_EQ(status(reply), 500) << path << ": " << reply;
    }
    EXPECT_EQ(body(one.asked("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")), "GET ")
        << "the connection lives on";
    EXPECT_EQ(broken_, 4);
}

TEST_F(http_edge, serves_many_requests_on_one_connection) {
    start();
    auto one = client();
    for (int i = 0; i < 3; ++i) {
        one.say("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
        EXPECT_TRUE(one.heard("POST hi").starts_with("HTTP/1.1 200 OK\r\n"));
    }
    one.say("GET /echo HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\n\r\n");
    one.end();
    const auto both = one.heard();
    EXPECT_NE(both.find("GET "), std::string::npos);
    EXPECT_NE(both.find("404 Not Found"), std::string::npos) << "the second of two at once";
}

TEST_F(http_edge, slow_answers_keep_nobody_else_waiting) {
    start({.slow_waiting_max = 6});
    std::vector<raw_client> slow;
    for (int i = 0; i < 9; ++i) {
        slow.push_back(client());
        slow.back().say("GET /drawn HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        EXPECT_EQ(status(client().asked("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")), 200);
    }
    gate_ = true;
    int drawn = 0;
    int refused = 0;
    for (auto& one : slow) {
        const auto reply = one.heard();
        drawn += body(reply) == "drawn";
        refused += status(reply) == 429;
    }
    EXPECT_EQ(drawn, 8) << "two at once, and six that wait";
    EXPECT_EQ(refused, 1);
}

TEST_F(http_edge, a_head_request_gets_the_length_and_no_body) {
    start();
    const auto reply = client().asked("HEAD /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status(reply), 200);
    EXPECT_NE(reply.find("Content-Length: 5\r\n"), std::string::npos) << reply;
    EXPECT_EQ(body(reply), "");
}

TEST_F(http_edge, a_head_request_for_events_gets_the_head_alone) {
    start();
    job_id_ = submitted();
    const auto reply = client().asked("HEAD /events HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status(reply), 200);
    EXPECT_NE(reply.find("Content-Type: text/event-stream\r\n"), std::string::npos) << reply;
    EXPECT_EQ(reply.find("Content-Length"), std::string::npos);
    EXPECT_EQ(body(reply), "");
}

TEST_F(http_edge, answers_are_safe_by_default) {
    start();
    job_id_ = submitted();
    watch_.changed(queue_.cancel(job_id_, "anna"));
    for (const std::string path : {"/echo", "/none", "/events"}) {
        const auto reply = client().asked("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        for (const std::string header :
             {"X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
              "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
              "Cross-Origin-Resource-Policy: same-origin"})
            EXPECT_NE(reply.find("\r\n" + header + "\r\n"), std::string::npos) << reply;
        EXPECT_EQ(reply.find("Server:"), std::string::npos) << "nobody needs to know";
    }
}

TEST_F(http_edge, who_speaks_http_1_0_gets_one_answer_and_the_end) {
    start();
    auto old = client();
    old.say("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto reply = old.heard();
    EXPECT_EQ(status(reply), 200);
    EXPECT_NE(reply.find("Connection: close\r\n"), std::string::npos) << reply;
}

TEST_F(http_edge, a_request_id_comes_back_and_a_harmful_one_is_replaced) {
    start();
    const auto id = [&](const std::string& sent) {
        const auto reply =
            client().asked("GET /echo HTTP/1.1\r\nHost: x\r\nX-Request-Id: " + sent + "\r\n\r\n");
        const auto at = reply.find("X-Request-Id: ") + 14;
        return reply.substr(at, reply.find("\r\n", at) - at);
    };
    EXPECT_EQ(id("abc-1.2_3"), "abc-1.2_3");
    for (const std::string harmful : {"a b", "a\"b", "<b>", "\xc3\xa9"})
        EXPECT_EQ(id(harmful).size(), 36u) << harmful;
    EXPECT_EQ(id(std::string(65, 'a')).size(), 36u);
}

TEST_F(http_edge, what_can_be_read_in_two_ways_is_refused) {
    start();
    const std::string requests[] = {
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n"
        "0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2, 3\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\nab",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /echo HTTP/1.1\r\n\r\n",
        "GET /echo HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /echo HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET  /echo HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /echo\r\n\r\n",
        "GET http://x/echo HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /../echo HTTP/1.1\r\nHost: x\r\n\r\n",
        "\x16\x03\x01 is TLS",
    };
    for (const auto& text : requests) {
        const auto reply = client().asked(text);
        EXPECT_EQ(status(reply), 400) << text << "\n" << reply;
        EXPECT_EQ(reply.find("HTTP/1.1", 9), std::string::npos) << "one answer, and the end";
    }
}

TEST_F(http_edge, large_heads_and_bodies_are_refused_before_they_are_read) {
    start();
    EXPECT_EQ(status(client().asked(
                  "GET /echo HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n")),
              431);
    EXPECT_EQ(
        status(client().asked("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n")),
        413);
    EXPECT_EQ(status(client().asked(
                  "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n" +
                  std::string(128, 'x') + "\r\n0\r\n\r\n")),
              413);
    EXPECT_EQ(status(client().asked("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                                    "Content-Length: 5000\r\n\r\n")),
              413)
        << "and is not told to go on";
    client().asked(
        "POST / HTTP/1.0\r\nX-Request-Id: n1\r\nX-Forwarded-For: 203.0.113.7\r\n"
        "Content-Length: 101\r\n\r\n");
    EXPECT_EQ(known_, 1) << "it is said whose it was";
    const auto whole = client().asked(
        "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        "Content-Length: 100\r\n\r\n" +
        std::string(100, 'x'));
    EXPECT_TRUE(whole.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")) << whole;
}

TEST_F(http_edge, slow_clients_are_given_up) {
    start({.header_most = 100ms, .body_most = 100ms, .idle_most = 200ms});
    auto head = client();
    head.say("GET /echo HT");
    EXPECT_EQ(status(head.heard()), 408);
    auto slow_body = client();
    slow_body.say("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nx");
    EXPECT_EQ(status(slow_body.heard()), 408);
    auto dripping = client();
    const auto began = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - began < 80ms) {
        dripping.say("G");
        std::this_thread::sleep_for(20ms);
    }
    EXPECT_EQ(status(dripping.heard()), 408) << "one byte now and then wins no time";
    EXPECT_EQ(client().heard(), "") << "who says nothing is told nothing";
}

TEST_F(http_edge, more_than_can_be_served_is_refused_at_once) {
    start({.handlers_waiting_max = 1});
    std::vector<raw_client> busy;
    const auto one_more = [&] {
        busy.push_back(client());
        busy.back().say("GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    };
    for (int on_threads = 1; on_threads <= 2; ++on_threads) {
        one_more();
        expect_soon([&] { return begun_ == on_threads; });
    }
    one_more();  // one of these two waits in line
    one_more();
    expect_soon([&] { return refused_ == 1; });
    gate_ = true;
    std::multiset<int> told;
    for (auto& one : busy) told.insert(status(one.heard()));
    EXPECT_EQ(told, (std::multiset<int>{200, 200, 200, 429}));
}

TEST_F(http_edge, waits_for_a_job_without_a_thread) {
    start();
    const auto one = job_id_ = submitted();
    std::vector<raw_client> waiting;
    for (int i = 0; i < 20; ++i) {
        waiting.push_back(client());
        waiting.back().say("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    EXPECT_EQ(status(client().asked("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")), 200);
    watch_.changed(queue_.cancel(one, "anna"));
    for (auto& each : waiting) EXPECT_NE(each.heard("cancelled").find("200 OK"), std::string::npos);
}

TEST_F(http_edge, streams_events_until_the_job_has_ended) {
    start({.ping_pause = 50ms});
    const auto one = job_id_ = submitted();
    auto listening = client();
    listening.say("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(listening.heard("id: 1\n\n").find("text/event-stream"), std::string::npos);
    EXPECT_EQ(listening.heard("\n\n"), ": ping\n\n");
    queue_.cancel(one, "anna");  // as another process would
    EXPECT_TRUE(listening.heard().ends_with("id: 2\n\n"));
}

TEST_F(http_edge, ends_what_runs_and_takes_nothing_new) {
    start();
    job_id_ = submitted();
    auto idle = client();
    auto slow = client();
    slow.say("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    auto waiting = client();
    waiting.say("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    auto events = client();
    events.say("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    events.heard("id: 1\n\n");
    expect_soon([&] { return begun_ == 1; });
    std::this_thread::sleep_for(50ms);
    serving_.request_stop();
    EXPECT_EQ(idle.heard(), "");
    EXPECT_EQ(events.heard(), "");
    EXPECT_NE(waiting.heard().find("queued"), std::string::npos);
    gate_ = true;
    EXPECT_EQ(status(slow.heard()), 200);
    serving_.join();
}

TEST_F(http_edge, an_address_that_is_taken_is_said) {
    start();
    try {
        make_edge({.port = edge_->port()}, 1, {}, {}, watch_);
        ADD_FAILURE();
    } catch (const error& taken) {
        EXPECT_EQ(taken.code(), errc::unavailable);
        EXPECT_NE(taken.advice().find("MEDUSA_HTTP"), std::string::npos);
    }
}

}  // namespace
}  // namespace medusa::http
