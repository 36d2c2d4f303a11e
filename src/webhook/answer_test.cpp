// The sender with its real client, at a server of the test's.
#include "webhook/sender.hpp"

#include <gtest/gtest.h>

#include "support/raw_server.hpp"

namespace medusa {
namespace {

using testing_support::raw_connection;
using testing_support::raw_reply;
using testing_support::raw_server;

webhook_answer answer_of(const raw_server& server) {
    webhook_endpoint to;
    to.url = server.url();
    to.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    webhook_sender sender(make_webhook_client({.inside_too = true}), system_clock());
    webhook_delivery one;
    one.id = "1";
    one.body = "{}";
    return sender.send(to, one, {});
}

TEST(sender, a_delivery_is_accepted_by_its_status_however_long_the_page_below_it) {
    raw_server server([](raw_connection& connection) {
        connection.read_request();
        connection.write(raw_reply(200, std::string(1'000'000, 'x')));
    });
    const auto answer = answer_of(server);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.reason, "");
}

TEST(sender, what_is_asked_for_after_the_length_is_heard_too) {
    raw_server server([](raw_connection& connection) {
        connection.read_request();
        connection.write(
            "HTTP/1.1 503 Busy\r\nContent-Length: 99999999\r\nRetry-After: 7\r\n\r\nwait");
    });
    const auto answer = answer_of(server);
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.wait, std::chrono::seconds(7));
}

}  // namespace
}  // namespace medusa
