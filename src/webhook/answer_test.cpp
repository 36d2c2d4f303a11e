// The sender with its real client, at a server of the test's.
#include <gtest/gtest.h>

#include "support/raw_server.hpp"
#include "webhook/sender.hpp"

namespace medusa {
namespace {

using testing_support::raw_connection;
using testing_support::raw_reply;
using testing_support::raw_server;

webhook_answer answer_of(const raw_server& server, webhook_rules now = {.inside_too = true}) {
    webhook_endpoint to;
    to.url = server.url();
    to.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    webhook_sender sender(make_webhook_client({.inside_too = true}), system_clock(), now);
    return sender.send(to, test_delivery(to, system_clock(), random_ids()), {});
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

TEST(sender, an_endpoint_that_is_older_than_the_rules_gets_nothing_against_them) {
    raw_server server([](raw_connection& connection) {
        connection.read_request();
        connection.write(raw_reply(200, {}));
    });
    const auto answer = answer_of(server, {.inside_too = false});
    EXPECT_EQ(answer.status, 0);
    EXPECT_NE(answer.reason.find("needs an https address"), std::string::npos) << answer.reason;
    EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace medusa
