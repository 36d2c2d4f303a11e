#include "net/http.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "support/child.hpp"
#include "support/raw_server.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;
using testing_support::raw_connection;
using testing_support::raw_reply;
using testing_support::raw_server;

// Answers each request of a connection with the same bytes.
raw_server::handler always(std::string bytes) {
    return [bytes = std::move(bytes)](raw_connection& connection) {
        while (!connection.read_request().head.empty()) connection.write(bytes);
    };
}

http_request get(const raw_server& server) {
    http_request request;
    request.url = server.url();
    request.failure_words = "RunPod connection failed";
    request.upstream = "runpod";
    request.deadline = 5s;
    return request;
}

http_request post(const raw_server& server, std::string body) {
    auto request = get(server);
    request.method = "POST";
    request.body = std::move(body);
    request.facts.idempotent = false;
    return request;
}

// The error of a call that must fail.
error failure_of(http_client& client, const http_request& request, std::stop_token stop = {}) {
    try {
        const auto reply = send_checked(client, request, stop);
        ADD_FAILURE() << "answered with " << reply.status;
    } catch (const error& failed) {
        EXPECT_TRUE(failed.detail().starts_with("RunPod connection failed: ")) << failed.what();
        return failed;
    }
    return error(errc::internal, remote_failure{}, "nothing failed");
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

TEST(http, brings_status_headers_and_body) {
    raw_server server(always(raw_reply(404, "nobody", "X-Thing:  One \r\n")));
    const auto client = make_http_client();
    const auto reply = client->send(get(server), {});
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.header("x-thing"), "One");
    EXPECT_EQ(reply.body, "nobody");
}

TEST(http, sends_what_it_was_told_and_nothing_odd) {
    std::string head;
    std::string body;
    raw_server server([&](raw_connection& connection) {
        auto request = connection.read_request();
        head = request.head;
        body = request.body;
        connection.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + raw_reply(200, "{}"));
    });
    auto request = post(server, std::string(100'000, 'x'));
    request.headers = {{"Content-Type", "application/json"}};
    request.bearer = "t0ken";
    const auto reply = make_http_client()->send(request, {});
    EXPECT_EQ(body.size(), 100'000u);
    EXPECT_TRUE(head.starts_with("POST / HTTP/1.1\r\n")) << head;
    EXPECT_TRUE(contains(head, "Authorization: Bearer t0ken\r\n")) << head;
    EXPECT_TRUE(contains(head, "Content-Type: application/json\r\n")) << head;
    EXPECT_TRUE(contains(head, "User-Agent: medusa/")) << head;
    EXPECT_FALSE(contains(head, "Expect:") || contains(head, "Origin:")) << head;
    EXPECT_EQ(reply.header("link"), "") << "headers of an interim reply are none of the reply's";
}

TEST(http, sends_a_form_from_memory) {
    std::string body;
    raw_server server([&](raw_connection& connection) {
        body = connection.read_request().body;
        connection.write(raw_reply(200, "{}"));
    });
    auto request = post(server, {});
    request.form = {{"overwrite", "true"}, {"image", "\x89PNG\0..", "a.png", "image/png"}};
    request.form[1].data = std::string("\x89PNG\0..", 7);
    make_http_client()->send(request, {});
    EXPECT_TRUE(contains(body, "name=\"overwrite\"\r\n\r\ntrue\r\n")) << body;
    EXPECT_TRUE(contains(body, "name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png"));
    EXPECT_TRUE(contains(body, request.form[1].data));
}

TEST(http, keeps_connections_for_look_ups) {
    raw_server server(always(raw_reply(200, "{}")));
    const auto client = make_http_client();
    for (int i = 0; i < 5; ++i) client->send(get(server), {});
    EXPECT_EQ(server.connections(), 1);
}

TEST(http, serves_many_threads) {
    raw_server server(always(raw_reply(200, "{}")));
    const auto client = make_http_client();
    std::atomic<int> good = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                for (int j = 0; j < 10; ++j)
                    if (client->send(get(server), {}).status == 200) ++good;
            });
    }
    EXPECT_EQ(good, 80);
    EXPECT_LE(server.connections(), 8);
}

TEST(http, never_sends_a_submit_twice_by_itself) {
    std::atomic<int> submits = 0;
    raw_server server([&](raw_connection& connection) {
        for (;;) {
            const auto request = connection.read_request();
            if (request.head.starts_with("POST")) {
                ++submits;
                return;
            }
            if (request.head.empty() || !connection.write(raw_reply(200, "{}"))) return;
        }
    });
    const auto client = make_http_client();
    client->send(get(server), {});
    const auto failed = failure_of(*client, post(server, "{}"));
    EXPECT_EQ(failed.failure()->kind, failure_class::ambiguous);
    EXPECT_EQ(submits, 1);
}

TEST(http, unpacks_gzip_within_the_limit) {
    std::string plain(1 << 20, 'a');
    std::string packed(compressBound(plain.size()) + 32, '\0');
    z_stream stream{};
    constexpr int gzip = 15 + 16;
    ASSERT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, gzip, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(plain.data());
    stream.avail_in = uInt(plain.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = uInt(packed.size());
    ASSERT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);

    raw_server server(always(raw_reply(200, packed, "Content-Encoding: gzip\r\n")));
    const auto client = make_http_client();
    auto request = get(server);
    EXPECT_EQ(client->send(request, {}).body, plain);
    request.reply_bytes_max = plain.size() - 1;
    EXPECT_TRUE(contains(failure_of(*client, request).what(), "more than is accepted"));
}

TEST(http, refuses_a_huge_body_early) {
    std::atomic<std::size_t> written = 0;
    raw_server server([&](raw_connection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\n\r\n");
        const std::string block(1 << 16, 'x');
        while (connection.write(block)) written += block.size();
    });
    auto request = get(server);
    request.reply_bytes_max = 1 << 20;
    const auto failed = failure_of(*make_http_client(), request);
    EXPECT_EQ(failed.failure()->kind, failure_class::permanent);
    // What lies in the buffers of the two sockets comes on top.
    EXPECT_LT(written, std::size_t{32} << 20);

    raw_server announces(always("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"));
    request.url = announces.url();
    EXPECT_TRUE(contains(failure_of(*make_http_client(), request).what(), "more than is accepted"));

    raw_server headers([&](raw_connection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\n");
        while (connection.write("X-More: " + std::string(1'000, 'x') + "\r\n")) continue;
    });
    request.url = headers.url();
    EXPECT_TRUE(contains(failure_of(*make_http_client(), request).what(), "more than is accepted"));
}

TEST(http, refused_and_unknown) {
    auto request = [] {
        const raw_server gone([](raw_connection&) {});
        return get(gone);
    }();
    const auto client = make_http_client();
    const auto refused = failure_of(*client, request);
    EXPECT_EQ(refused.code(), errc::unavailable);
    EXPECT_EQ(refused.failure()->kind, failure_class::transient);
    EXPECT_TRUE(contains(refused.what(), "refuses connections")) << refused.what();
    EXPECT_TRUE(contains(refused.advice(), "port"));

    request.url = "http://no-such-host.invalid/";
    EXPECT_TRUE(contains(failure_of(*client, request).what(), "is not known"));
    request.url = "ftp://127.0.0.1/";
    EXPECT_EQ(failure_of(*client, request).code(), errc::invalid_argument);
}

TEST(http, a_cut_before_the_body_has_left_is_transient_and_after_it_ambiguous) {
    raw_server early([](raw_connection& connection) {
        connection.read_some(1'000);
        connection.reset();
    });
    raw_server late([](raw_connection& connection) {
        connection.read_request();
        connection.reset();
    });
    const auto client = make_http_client();
    // More than the buffers of both sockets hold.
    const auto before = failure_of(*client, post(early, std::string(32 << 20, 'x')));
    EXPECT_EQ(before.failure()->kind, failure_class::transient) << before.what();
    const auto after = failure_of(*client, post(late, "{}"));
    EXPECT_EQ(after.failure()->kind, failure_class::ambiguous) << after.what();
    EXPECT_TRUE(contains(after.what(), "before it answered")) << after.what();
    EXPECT_EQ(failure_of(*client, get(late)).failure()->kind, failure_class::transient);
}

TEST(http, a_body_that_breaks_off_is_no_reply) {
    raw_server server([](raw_connection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":");
    });
    const auto failed = failure_of(*make_http_client(), get(server));
    EXPECT_EQ(failed.failure()->kind, failure_class::transient);
    EXPECT_TRUE(contains(failed.what(), "broke off")) << failed.what();
}

TEST(http, who_wants_the_head_alone_has_it_whatever_becomes_of_the_body) {
    const std::string head = "HTTP/1.1 201 Created\r\nX-Thing: 1\r\n";
    for (const auto& rest : {"\r\n" + std::string(100'000, 'x'),
                             "Content-Length: 100000\r\n\r\n" + std::string(100'000, 'x'),
                             std::string("Content-Length: 9\r\n\r\nhalf")})
        for (const bool ends : {true, false}) {
            raw_server server([&](raw_connection& connection) {
                connection.read_request();
                connection.write(head + rest);
                if (!ends) connection.wait_for_end();
            });
            auto request = get(server);
            request.reply_bytes_max = 64'000;
            request.head_is_enough = true;
            request.deadline = ends ? 5s : 500ms;
            const auto reply = make_http_client()->send(request, {});
            EXPECT_EQ(reply.status, 201);
            EXPECT_EQ(reply.header("x-thing"), "1");
            EXPECT_LE(reply.body.size(), 64'000u);
        }
    raw_server interim(always("HTTP/1.1 103 Early Hints\r\n\r\n"));
    auto request = get(interim);
    request.head_is_enough = true;
    request.deadline = 100ms;
    EXPECT_EQ(failure_of(*make_http_client(), request).code(), errc::timed_out);
}

TEST(http, something_else_than_http) {
    raw_server server([](raw_connection& connection) {
        connection.write("SSH-2.0-OpenSSH_9.2\r\n");
        connection.wait_for_end();
    });
    const auto failed = failure_of(*make_http_client(), get(server));
    EXPECT_TRUE(contains(failed.what(), "not in HTTP")) << failed.what();
    EXPECT_EQ(failed.failure()->kind, failure_class::permanent);
}

TEST(http, deadlines_hold_for_silence_and_for_drips) {
    raw_server silent([](raw_connection& connection) { connection.wait_for_end(); });
    raw_server dripping([](raw_connection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while (connection.write("x")) std::this_thread::sleep_for(20ms);
    });
    const auto client = make_http_client();
    for (auto* server : {&silent, &dripping}) {
        auto request = get(*server);
        request.deadline = 150ms;
        const auto began = std::chrono::steady_clock::now();
        const auto failed = failure_of(*client, request);
        EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
        EXPECT_EQ(failed.code(), errc::timed_out);
        EXPECT_EQ(failed.failure()->kind, failure_class::transient);
    }
    auto request = get(silent);
    request.deadline = 60s;
    request.silence_max = 1ms;
    EXPECT_EQ(failure_of(*client, request).code(), errc::timed_out);
}

TEST(http, stops_at_once_in_mid_body) {
    std::stop_source source;
    raw_server server([&](raw_connection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
        source.request_stop();
        connection.wait_for_end();
    });
    const auto client = make_http_client();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(failure_of(*client, get(server), source.get_token()).code(), errc::cancelled);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 200ms);
    EXPECT_EQ(failure_of(*client, get(server), source.get_token()).code(), errc::cancelled);
    EXPECT_EQ(server.connections(), 1) << "a call that is stopped before it begins is not made";
}

TEST(http, statuses_become_errors_with_cause_and_advice) {
    raw_server busy(always(raw_reply(429, "", "Retry-After: 30\r\n")));
    const auto client = make_http_client();
    const auto throttled = failure_of(*client, get(busy));
    EXPECT_EQ(throttled.code(), errc::quota);
    EXPECT_EQ(throttled.failure()->wait, 30s);
    EXPECT_EQ(throttled.failure()->status, 429);
    EXPECT_TRUE(contains(throttled.advice(), "30 s"));

    raw_server page(always(raw_reply(200, "<html><title>Hello</title>")));
    auto request = get(page);
    request.facts.wants_data = true;
    request.facts.service = remote_service::engine;
    const auto starting = failure_of(*client, request);
    EXPECT_EQ(starting.failure()->kind, failure_class::warming);
    EXPECT_TRUE(contains(starting.what(), "web page")) << starting.what();

    raw_server moved(always(raw_reply(301, "", "Location: https://u:secret@h.example/x\r\n")));
    const auto redirected = failure_of(*client, get(moved));
    EXPECT_TRUE(contains(redirected.what(), "https://h.example/x")) << redirected.what();
    EXPECT_FALSE(contains(redirected.what(), "secret"));
}

TEST(http, no_secret_is_in_an_error) {
    std::string head;
    raw_server server([&](raw_connection& connection) {
        head = connection.read_request().head;
        connection.write(raw_reply(401, ""));
    });
    auto request = get(server);
    request.url = "http://me:c4nary@127.0.0.1:" + std::to_string(server.port()) + "/?key=c4nary";
    const auto client = make_http_client();
    const auto failed = failure_of(*client, request);
    EXPECT_TRUE(contains(head, "Authorization: Basic bWU6YzRuYXJ5\r\n")) << head;
    EXPECT_EQ(failed.code(), errc::unauthorized);
    EXPECT_FALSE(contains(failed.what(), "c4nary")) << failed.what();

    request.url = server.url();
    request.bearer = "c4nary\r\nX-Injected: 1";
    try {
        client->send(request, {});
        ADD_FAILURE() << "sent";
    } catch (const error& refused) {
        EXPECT_EQ(refused.code(), errc::invalid_argument);
        EXPECT_FALSE(contains(refused.what(), "c4nary")) << refused.what();
    }
}

TEST(http, a_certificate_must_be_trusted) {
    const testing_support::scratch_folder folder;
    const auto files = testing_support::make_tls_files(folder.path());
    raw_server server(always(raw_reply(200, "{}")), files);
    const auto failed = failure_of(*make_http_client(), get(server));
    EXPECT_EQ(failed.failure()->kind, failure_class::permanent);
    EXPECT_TRUE(contains(failed.what(), "certificate")) << failed.what();
    EXPECT_TRUE(contains(failed.what(), "self-signed")) << failed.what();

    const auto trusting = make_http_client({.ca_file = files.certificate.string()});
    EXPECT_EQ(trusting->send(get(server), {}).status, 200);

    raw_server plain([](raw_connection& connection) {
        connection.read_some(1'000);
        connection.write(raw_reply(400, "speak HTTP"));
    });
    auto request = get(plain);
    request.url.insert(4, "s");
    EXPECT_TRUE(contains(failure_of(*trusting, request).what(), "no encrypted connection"));
}

}  // namespace
}  // namespace medusa
