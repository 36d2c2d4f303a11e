#include "net/call_log.hpp"

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <vector>

#include "support/raw_server.hpp"

namespace medusa {
namespace {

using testing_support::raw_connection;
using testing_support::raw_reply;
using testing_support::raw_server;

class call_log : public testing::Test {
protected:
    log_sink sink() {
        return [this](std::string_view line) {
            const std::lock_guard lock(mutex_);
            lines_.emplace_back(line);
        };
    }

    // The line without its time, which must be the only one since the last call.
    std::string line() {
        const std::lock_guard lock(mutex_);
        EXPECT_EQ(lines_.size(), 1u);
        auto text = lines_.empty() ? std::string() : lines_.back();
        lines_.clear();
        const auto time = text.find(" after ");
        const auto end = text.find(" ms", time);
        EXPECT_NE(end, std::string::npos) << text;
        return end == std::string::npos ? text : text.erase(time, end + 3 - time);
    }

    // As the program is told it, with all its secrets.
    static std::string address(const raw_server& server, std::string_view scheme) {
        const auto url = server.url("/queue?token=canary");
        return std::string(scheme) + "://anna:canary@" + url.substr(url.find("://") + 3);
    }

    std::mutex mutex_;
    std::vector<std::string> lines_;
};

TEST_F(call_log, tells_of_each_http_call_what_became_of_it_and_no_secret) {
    int status = 200;
    auto server = std::make_unique<raw_server>([&](raw_connection& connection) {
        while (!connection.read_request().head.empty())
            connection.write(raw_reply(status, "canary"));
    });
    const auto client = logged(make_http_client(), sink());
    http_request request{.method = "POST", .url = address(*server, "http")};
    request.bearer = "canary";
    request.body = "canary";
    const auto shown = "POST " + server->url("/queue") + "?***: ";

    client->send(request, {});
    EXPECT_EQ(line(), shown + "200");
    status = 503;
    EXPECT_EQ(client->send(request, {}).status, 503);
    EXPECT_EQ(line(), shown + "503 (transient)");
    status = 404;
    client->send(request, {});
    EXPECT_EQ(line(), shown + "404 (permanent)");

    const auto url = server->url("/queue");
    server.reset();
    EXPECT_THROW(client->send(request, {}), error);
    EXPECT_EQ(line(), shown + "no answer (transient): The request failed: " + url +
                          "?*** refuses connections");
    request.url = "canary";
    EXPECT_THROW(client->send(request, {}), error);
    EXPECT_EQ(line().find("canary"), std::string::npos);
}

TEST_F(call_log, tells_of_a_websocket_why_it_ended) {
    const raw_server server([](raw_connection& connection) {
        connection.read_request();
        connection.write(raw_reply(401, "canary"));
    });
    const auto loop = logged(make_websocket_loop(), sink());
    std::promise<errc> ended;
    websocket_handlers handlers;
    handlers.closed = [&](const error& reason) { ended.set_value(reason.code()); };
    const auto socket = loop->connect({.url = address(server, "ws")}, handlers);
    EXPECT_EQ(ended.get_future().get(), errc::unauthorized);
    const auto told = line();
    EXPECT_NE(told.find("/queue?***: ended (permanent)"), std::string::npos) << told;
    EXPECT_EQ(told.find("canary"), std::string::npos) << told;
}

TEST_F(call_log, is_not_in_the_way_where_nobody_listens) {
    auto client = make_http_client();
    const auto* const plain = client.get();
    EXPECT_EQ(logged(std::move(client), {}).get(), plain);
}

}  // namespace
}  // namespace medusa
