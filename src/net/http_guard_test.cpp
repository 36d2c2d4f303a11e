// Where a client may go is decided when it connects: by the address, not by the name.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <chrono>
#include <cstring>
#include <mutex>

#include "net/http.hpp"
#include "net/public_address.hpp"
#include "support/raw_server.hpp"

namespace medusa {
namespace {

using testing_support::raw_connection;
using testing_support::raw_reply;
using testing_support::raw_server;

raw_server::handler one_answer_each() {
    return [](raw_connection& connection) {
        connection.read_request();
        connection.write(raw_reply(200, "{}", "Connection: close\r\n"));
    };
}

http_request get(const raw_server& server, const std::string& host) {
    http_request request;
    request.url = "http://" + host + ":" + std::to_string(server.port()) + "/";
    request.deadline = std::chrono::seconds(5);
    return request;
}

errc refusal_of(http_client& client, const http_request& request) {
    try {
        client.send(request, {});
    } catch (const error& refused) {
        return refused.code();
    }
    ADD_FAILURE() << "it was sent";
    return errc::internal;
}

TEST(http_guard, no_name_and_no_number_leads_inside) {
    raw_server server(one_answer_each());
    const auto client = make_http_client({.may_connect = is_public_address});
    for (const auto* host : {"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001",
                             "[::ffff:127.0.0.1]", "0.0.0.0", "hook.localhost"})
        EXPECT_EQ(refusal_of(*client, get(server, host)), errc::invalid_argument) << host;
    EXPECT_EQ(server.connections(), 0);
}

TEST(http_guard, a_name_that_moves_inside_is_refused_when_it_is_connected_to) {
    raw_server server(one_answer_each());
    std::mutex mutex;
    std::vector<std::string> asked;
    const auto client = make_http_client({.may_connect = [&](const sockaddr& to) {
        const std::scoped_lock lock(mutex);
        sockaddr_in number{};
        std::memcpy(&number, &to, sizeof number);
        asked.emplace_back(to.sa_family == AF_INET ? inet_ntoa(number.sin_addr) : "IPv6");
        return asked.size() == 1;
    }});
    // As if the first look-up of the name had brought an address outside, and the second this one.
    EXPECT_EQ(client->send(get(server, "127.0.0.1"), {}).status, 200);
    EXPECT_EQ(refusal_of(*client, get(server, "127.0.0.1")), errc::invalid_argument);
    EXPECT_EQ(asked, (std::vector<std::string>{"127.0.0.1", "127.0.0.1"}));
    EXPECT_EQ(server.connections(), 1);
}

TEST(http_guard, every_address_of_a_name_is_looked_at) {
    raw_server server(one_answer_each());
    std::size_t asked = 0;
    const auto client = make_http_client({.may_connect = [&](const sockaddr& to) {
        ++asked;
        return to.sa_family != AF_INET;
    }});
    // It listens on 127.0.0.1 alone: where localhost is ::1 as well, nobody is met there.
    const auto code = refusal_of(*client, get(server, "localhost"));
    EXPECT_TRUE(code == errc::invalid_argument || code == errc::unavailable);
    EXPECT_GE(asked, 1u);
    EXPECT_EQ(server.connections(), 0);
}

TEST(http_guard, a_proxy_of_the_environment_is_not_used) {
    raw_server proxy(one_answer_each());
    ::setenv("http_proxy", proxy.url().c_str(), 1);
    const auto client = make_http_client({.may_connect = is_public_address});
    http_request request;
    request.url = "http://10.0.0.1/";
    request.connect_timeout = request.deadline = std::chrono::milliseconds(500);
    EXPECT_EQ(refusal_of(*client, request), errc::invalid_argument);
    ::unsetenv("http_proxy");
    EXPECT_EQ(proxy.connections(), 0);
}

}  // namespace
}  // namespace medusa
