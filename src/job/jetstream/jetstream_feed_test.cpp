#include "job/jetstream/jetstream_feed.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "support/nats_server.hpp"

namespace medusa {
namespace {

using std::chrono::milliseconds;
using testing_support::nats_server;

constexpr milliseconds soon{200};
constexpr milliseconds long_enough{10'000};

std::unique_ptr<job_feed> feed_on(const nats_server& server, milliseconds silence = long_enough) {
    return make_jetstream_feed({.url = server.url(), .silence = silence});
}

std::vector<turn> turns(int count, const std::string& prefix = "job") {
    std::vector<turn> made;
    for (int i = 0; i < count; ++i) made.push_back({fmt::format("{}-{}:0", prefix, i), prefix});
    return made;
}

// Tries again while the feed cannot be reached.
template <class Call>
auto insist(const Call& call) {
    const auto deadline = std::chrono::steady_clock::now() + long_enough;
    for (;;) {
        try {
            return call();
        } catch (const error& failure) {
            if (failure.code() != errc::unavailable || std::chrono::steady_clock::now() > deadline)
                throw;
            std::this_thread::sleep_for(milliseconds(20));
        }
    }
}

void expect_tickets(job_feed& feed, std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + long_enough;
    while (feed.state().tickets != count && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(milliseconds(10));
    EXPECT_EQ(feed.state().tickets, count);
}

TEST(jetstream, each_turn_is_handed_out_once_and_is_gone_when_it_is_over) {
    const nats_server server;
    const auto door = feed_on(server);
    const auto worker = feed_on(server);
    EXPECT_EQ(worker->wait(soon, {}), nullptr);
    door->announce(turns(3));
    EXPECT_EQ(door->state().tickets, 3U);
    for (int i = 0; i < 3; ++i) {
        const auto got = worker->wait(long_enough, {});
        ASSERT_NE(got, nullptr);
        got->done();
    }
    EXPECT_EQ(worker->wait(soon, {}), nullptr);
    expect_tickets(*door, 0);
}

TEST(jetstream, the_same_turn_announced_twice_counts_once) {
    const nats_server server;
    const auto feed = feed_on(server);
    feed->announce(turns(5));
    feed->announce(turns(5));
    EXPECT_EQ(feed->state().tickets, 5U);
}

TEST(jetstream, a_silent_worker_loses_its_turn_and_one_that_beats_keeps_it) {
    const nats_server server;
    const auto feed = feed_on(server, milliseconds(500));
    feed->announce(turns(1));
    auto kept = feed->wait(long_enough, {});
    ASSERT_NE(kept, nullptr);
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(feed->wait(soon, {}), nullptr) << "beat " << i;
        kept->beat();
    }
    kept.reset();  // falls silent
    const auto next = feed->wait(long_enough, {});
    ASSERT_NE(next, nullptr);
    next->done();
    expect_tickets(*feed, 0);
}

TEST(jetstream, a_turn_that_is_put_off_comes_after_its_pause) {
    const nats_server server;
    const auto feed = feed_on(server);
    feed->announce(turns(1));
    feed->wait(long_enough, {})->again_in(milliseconds(700));
    EXPECT_EQ(feed->wait(milliseconds(400), {}), nullptr);
    const auto again = feed->wait(long_enough, {});
    ASSERT_NE(again, nullptr);
    again->again_in(milliseconds(0));
    EXPECT_NE(feed->wait(long_enough, {}), nullptr);
}

TEST(jetstream, a_turn_that_is_handed_out_too_often_is_given_up) {
    const nats_server server;
    std::vector<std::string> told;
    const auto feed = make_jetstream_feed(
        {.url = server.url(), .silence = long_enough, .deliveries = 3, .notice = [&](auto text) {
             told.emplace_back(text);
         }});
    feed->announce(turns(1));
    for (int i = 0; i < 3; ++i) {
        const auto got = feed->wait(long_enough, {});
        ASSERT_NE(got, nullptr);
        got->again_in(milliseconds(0));
    }
    for (int i = 0; i < 50 && told.empty(); ++i) EXPECT_EQ(feed->wait(soon, {}), nullptr);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_NE(told[0].find("3 times"), std::string::npos) << told[0];
    EXPECT_EQ(feed->state().tickets, 0U);
}

TEST(jetstream, tickets_survive_a_kill_of_the_server) {
    nats_server server;
    const auto feed = feed_on(server);
    feed->announce(turns(50));
    server.kill();
    EXPECT_THROW(feed->announce(turns(1, "meanwhile")), error);
    server.start_again();
    EXPECT_GE(insist([&] { return feed->state().tickets; }), 50U);
    for (int i = 0; i < 50; ++i) {
        const auto got = insist([&] { return feed->wait(long_enough, {}); });
        ASSERT_NE(got, nullptr) << i;
        got->done();
    }
    // The library may have kept what was handed out before it noticed the kill, and sent it since.
    int late = 0;
    while (const auto got = feed->wait(soon, {})) {
        got->done();
        ++late;
    }
    EXPECT_LE(late, 1);
    expect_tickets(*feed, 0);
}

TEST(jetstream, a_lost_stream_is_made_anew) {
    nats_server server;
    const auto feed = feed_on(server);
    feed->announce(turns(2));
    EXPECT_NE(feed->wait(long_enough, {}), nullptr);
    server.kill();
    server.start_empty();
    insist([&] {
        feed->announce(turns(2));
        return 0;
    });
    EXPECT_EQ(insist([&] { return feed->state().tickets; }), 2U);
    const auto got = insist([&] { return feed->wait(long_enough, {}); });
    EXPECT_NE(got, nullptr);
}

TEST(jetstream, a_server_that_starts_later_is_found) {
    nats_server server;
    server.kill();
    const auto feed = feed_on(server);
    EXPECT_THROW(feed->check(), error);
    server.start_again();
    EXPECT_EQ(insist([&] { return feed->check(); }), "JetStream, no stream yet");
    feed->announce(turns(1));
    EXPECT_EQ(feed->check(), "JetStream, 1 tickets");
}

TEST(jetstream, a_stop_ends_the_waiting) {
    const nats_server server;
    const auto feed = feed_on(server);
    std::stop_source stop;
    std::jthread later([&] {
        std::this_thread::sleep_for(soon);
        stop.request_stop();
    });
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(feed->wait(std::chrono::minutes(1), stop.get_token()), nullptr);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
}

TEST(jetstream, four_workers_share_the_turns_evenly) {
    constexpr int count = 400;
    const nats_server server;
    const auto door = feed_on(server);
    door->announce(turns(count));
    std::vector<int> shares(4);
    {
        std::vector<std::jthread> workers;
        for (auto& share : shares)
            workers.emplace_back([&server, &share] {
                const auto feed = feed_on(server);
                while (const auto got = feed->wait(soon, {})) {
                    std::this_thread::sleep_for(milliseconds(5));  // the job
                    got->done();
                    ++share;
                }
            });
    }
    int all = 0;
    for (const auto share : shares) {
        all += share;
        EXPECT_NEAR(share, count / 4, count / 4 / 2);
    }
    EXPECT_EQ(all, count);
}

error failure_on(const std::string& url) {
    try {
        make_jetstream_feed({.url = url})->check();
    } catch (const error& failure) {
        return failure;
    }
    return error(errc::internal, "nothing failed");
}

TEST(jetstream, what_is_wrong_is_said_without_the_password) {
    const nats_server server({"--user", "medusa", "--pass", "right"});
    const auto place = server.url().substr(std::string("nats://").size());
    const struct {
        std::string url;
        errc code;
        std::string part;
    } cases[] = {
        {"nats://medusa:secret@127.0.0.1:notaport", errc::invalid_argument, "no address"},
        {"nats://medusa:secret@127.0.0.1:1", errc::unavailable, "no server answers"},
        {"nats://medusa:secret@" + place, errc::unauthorized, "sign-in"},
        {"nats://" + place, errc::unauthorized, "sign-in"},
    };
    for (const auto& [url, code, part] : cases) {
        const auto failure = failure_on(url);
        EXPECT_EQ(failure.code(), code) << failure.what();
        EXPECT_TRUE(failure.detail().starts_with("NATS connection failed: ")) << failure.what();
        EXPECT_NE(failure.detail().find(part), std::string::npos) << failure.what();
        EXPECT_EQ(std::string(failure.what()).find("secret"), std::string::npos);
        EXPECT_FALSE(failure.advice().empty());
    }
    EXPECT_EQ(make_jetstream_feed({.url = "nats://medusa:right@" + place})->check(),
              "JetStream, no stream yet");
}

}  // namespace
}  // namespace medusa
