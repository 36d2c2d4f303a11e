#include "engine/pool/pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/scripted_server.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

script::step throwing(failure_class kind) {
    return [kind](const attempt_order&, std::stop_token) -> std::optional<picture> {
        throw failure_of(kind);
    };
}

class server_pool : public testing::Test {
protected:
    server_pool() { script_.log = &log_; }

    std::unique_ptr<engine_pool> pool(int servers = 1) {
        std::vector<std::string> urls;
        for (int i = 0; i < servers; ++i)
            urls.push_back("http://127.0.0.1:" + std::to_string(i + 1));
        const auto open = [this](const server_address& address, std::stop_token) {
            return std::make_unique<scripted_server>(address, script_);
        };
        const auto foreign = [](const server_address&, std::stop_token) {
            return std::unique_ptr<image_server>();
        };
        return make_engine_pool({.members = roster_of({.every_style = urls}),
                                 .dialects = {{"other", foreign}, {"scripted", open}},
                                 .attempts = &log_,
                                 .ids = random_ids(),
                                 .time = system_clock(),
                                 .pauses = system_timer(),
                                 .inspect = inspect_});
    }
    picture_request request(int index = 0) const {
        picture_request wanted;
        wanted.job_id = "job";
        wanted.image_index = index;
        wanted.style = "anime";
        return wanted;
    }
    picture render(engine_pool& with, const picture_request& wanted, std::stop_token stop = {}) {
        return with.render(
            wanted, [this](const render_progress& told) { told_ = told.reached; }, std::move(stop));
    }
    std::vector<attempt_state> ends() {
        std::vector<attempt_state> found;
        for (const auto& row : log_.of("job", 0)) found.push_back(row.state);
        return found;
    }
    attempt earlier(attempt_state state) const {
        attempt sent;
        sent.id = "e";
        sent.job_id = "job";
        sent.server = "http://127.0.0.1:1";
        sent.state = state;
        return sent;
    }

    using states = std::vector<attempt_state>;
    kept_log log_;
    script script_;
    std::function<void(const picture&)> inspect_;
    std::atomic<render_progress::state> told_ = render_progress::state::drawing;
};

TEST_F(server_pool, draws_a_picture_and_keeps_its_attempt) {
    const auto with = pool();
    const auto drawn = render(*with, request());
    const auto rows = log_.of("job", 0);
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(drawn.png, "a picture of " + rows[0].id);
    EXPECT_EQ(rows[0].state, attempt_state::done);
    EXPECT_EQ(rows[0].model, "only.safetensors");
    EXPECT_EQ(rows[0].identity_method, "seed");
    ASSERT_EQ(drawn.notes.size(), 1u) << "the default model is not there";
    EXPECT_EQ(with->parallel(), 2);
}

TEST_F(server_pool, asks_after_an_unclear_attempt_and_sends_nothing_again) {
    script_.runs = {throwing(failure_class::ambiguous)};
    script_.resumes = {[](const attempt_order& order, std::stop_token) { return drawn_by(order); }};
    const auto drawn = render(*pool(), request());
    EXPECT_EQ(script_.ran.size(), 1u);
    EXPECT_EQ(script_.resumed, script_.ran);
    EXPECT_EQ(drawn.png, "a picture of " + script_.ran[0]);
    EXPECT_EQ(ends(), states{attempt_state::done});
}

TEST_F(server_pool, replaces_an_attempt_that_the_server_lost) {
    script_.runs = {throwing(failure_class::ambiguous)};
    render(*pool(), request());
    ASSERT_EQ(script_.ran.size(), 2u);
    EXPECT_NE(script_.ran[0], script_.ran[1]);
    EXPECT_EQ(ends(), (states{attempt_state::lost, attempt_state::done}));
}

TEST_F(server_pool, fetches_what_an_earlier_process_sent) {
    int index = 0;
    for (const auto state : {attempt_state::sent, attempt_state::done}) {
        auto sent = earlier(state);
        sent.image_index = ++index;
        log_.begin(sent);
        script_.resumes = {
            [](const attempt_order& order, std::stop_token) { return drawn_by(order); }};
        EXPECT_EQ(render(*pool(), request(index)).png, "a picture of e");
        EXPECT_TRUE(script_.ran.empty()) << "it was drawn twice";
    }
}

TEST_F(server_pool, draws_again_what_an_earlier_process_sent_and_the_server_lost) {
    log_.begin(earlier(attempt_state::sent));
    render(*pool(), request());
    EXPECT_EQ(ends(), (states{attempt_state::lost, attempt_state::done}));
    EXPECT_EQ(script_.ran.size(), 1u);
}

TEST_F(server_pool, gives_up_on_a_server_that_is_not_in_use_any_more) {
    auto sent = earlier(attempt_state::sent);
    sent.server = "http://elsewhere:1";
    log_.begin(sent);
    render(*pool(), request());
    EXPECT_EQ(ends(), (states{attempt_state::lost, attempt_state::done}));
}

TEST_F(server_pool, leaves_an_attempt_open_that_nobody_can_be_asked_about) {
    log_.begin(earlier(attempt_state::sent));
    script_.probes.assign(10, failure_of(failure_class::permanent));
    EXPECT_THROW(render(*pool(), request()), error);
    EXPECT_EQ(ends(), states{attempt_state::sent}) << "its picture may still be fetched";
}

TEST_F(server_pool, tells_what_the_server_refused) {
    script_.runs = {throwing(failure_class::permanent)};
    try {
        render(*pool(), request());
        FAIL() << "it was drawn";
    } catch (const error& reason) {
        EXPECT_EQ(reason.detail(), "RunPod connection failed: as told");
    }
    EXPECT_EQ(ends(), states{attempt_state::failed});
}

TEST_F(server_pool, goes_down_the_ladder_when_no_face_is_found) {
    script_.runs = {[](const attempt_order&, std::stop_token) { return std::optional<picture>(); }};
    auto wanted = request();
    wanted.reference = reference_picture{"avatar", [] { return std::string("png"); }};
    EXPECT_EQ(render(*pool(), wanted).identity_method, "seed");
    EXPECT_EQ(script_.methods, (std::vector<std::string>{"faceid", "seed"}));
    EXPECT_EQ(ends(), (states{attempt_state::failed, attempt_state::done}));
}

TEST_F(server_pool, brings_a_damaged_picture_once_more) {
    script_.resumes = {[](const attempt_order& order, std::stop_token) { return drawn_by(order); }};
    int looked = 0;
    inspect_ = [&](const picture&) {
        if (++looked == 1) throw error(errc::unavailable, "Image download failed: cut");
    };
    render(*pool(), request());
    EXPECT_EQ(looked, 2);
    EXPECT_EQ(script_.ran.size(), 1u);
    EXPECT_EQ(ends(), states{attempt_state::done});
}

TEST_F(server_pool, gives_up_on_a_picture_that_is_damaged_twice) {
    const auto again = [](const attempt_order& order, std::stop_token) { return drawn_by(order); };
    script_.resumes = {again, again};
    inspect_ = [](const picture&) { throw error(errc::unavailable, "Image download failed: cut"); };
    EXPECT_THROW(render(*pool(), request()), error);
    EXPECT_EQ(ends(), states{attempt_state::failed});
}

TEST_F(server_pool, waits_for_a_cold_server) {
    script_.probes = {failure_of(failure_class::warming)};
    render(*pool(), request());
    EXPECT_EQ(ends(), states{attempt_state::done});
    EXPECT_EQ(told_, render_progress::state::warming);
}

TEST_F(server_pool, stops_while_it_waits_and_while_it_draws) {
    script_.probes.assign(1'000, failure_of(failure_class::warming));
    const auto with = pool();
    std::stop_source waiting;
    std::jthread first([&] {
        std::this_thread::sleep_for(50ms);
        waiting.request_stop();
    });
    try {
        render(*with, request(), waiting.get_token());
        ADD_FAILURE() << "not stopped";
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::cancelled);
    }
    EXPECT_TRUE(log_.of("job", 0).empty());

    script_.probes.clear();
    script_.runs = {[](const attempt_order&, std::stop_token stop) -> std::optional<picture> {
        while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
        throw error(errc::cancelled, "interrupted");
    }};
    std::stop_source drawing;
    std::jthread second([&] {
        std::this_thread::sleep_for(50ms);
        drawing.request_stop();
    });
    EXPECT_THROW(render(*pool(), request(), drawing.get_token()), error);
    EXPECT_EQ(ends(), states{attempt_state::cancelled});
}

TEST_F(server_pool, a_picture_that_is_left_is_asked_after_by_who_goes_on) {
    script_.runs = {[](const attempt_order&, std::stop_token stop) -> std::optional<picture> {
        while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
        throw error(errc::cancelled, "interrupted");
    }};
    std::stop_source left;
    std::stop_source stop;
    std::jthread stopping([&] {
        std::this_thread::sleep_for(50ms);
        left.request_stop();
        stop.request_stop();
    });
    auto wanted = request();
    wanted.left = left.get_token();
    EXPECT_THROW(render(*pool(), wanted, stop.get_token()), error);
    EXPECT_EQ(ends(), states{attempt_state::sent});

    script_.resumes = {[](const attempt_order& order, std::stop_token) { return drawn_by(order); }};
    render(*pool(), request());
    EXPECT_EQ(ends(), states{attempt_state::done});
    EXPECT_EQ(script_.ran.size(), 1u) << "nothing was sent again";
}

TEST_F(server_pool, never_holds_more_than_two_pictures_on_a_server) {
    for (int i = 0; i < 60; ++i)
        script_.runs.push_back([](const attempt_order& order, std::stop_token) {
            std::this_thread::sleep_for(1ms);
            return drawn_by(order);
        });
    const auto with = pool(3);
    std::vector<std::jthread> stories;
    for (int thread = 0; thread < 20; ++thread)
        stories.emplace_back([&, thread] {
            for (int i = 0; i < 3; ++i) render(*with, request(3 * thread + i));
        });
    stories.clear();
    EXPECT_EQ(script_.ran.size(), 60u);
    EXPECT_LE(script_.most_inside, 6);
    EXPECT_GE(script_.most_inside, 3);
}

TEST_F(server_pool, says_when_something_else_answers_at_an_address) {
    const auto foreign = [](const server_address&, std::stop_token) {
        return std::unique_ptr<image_server>();
    };
    const auto with =
        make_engine_pool({.members = roster_of({.every_style = {"http://127.0.0.1:1"}}),
                          .dialects = {{"other", foreign}},
                          .attempts = &log_,
                          .ids = random_ids(),
                          .time = system_clock(),
                          .pauses = system_timer()});
    try {
        render(*with, request());
        FAIL() << "it was drawn";
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::unavailable);
        EXPECT_NE(reason.detail().find("no image engine"), std::string::npos) << reason.detail();
    }
    const auto rows = with->survey({});
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].state, "down");
    EXPECT_THROW(with->check(), error);
}

TEST_F(server_pool, takes_a_page_for_a_pod_that_starts_only_where_pods_are) {
    int asked = 0;
    const auto page = [&](const server_address&, std::stop_token) -> std::unique_ptr<image_server> {
        ++asked;
        throw error(errc::unavailable, remote_failure{failure_class::warming, 0ms, 200}, "a page");
    };
    const auto state_at = [&](const std::string& url) {
        return make_engine_pool({.members = roster_of({.every_style = {url}}),
                                 .dialects = {{"one", page}},
                                 .attempts = nullptr,
                                 .ids = random_ids(),
                                 .time = system_clock(),
                                 .pauses = system_timer()})
            ->survey({})[0]
            .state;
    };
    EXPECT_EQ(state_at("http://127.0.0.1:1"), "down");
    EXPECT_EQ(state_at("https://ab-8188.proxy.runpod.net"), "warming");
    EXPECT_GE(asked, 2);
}

TEST_F(server_pool, tells_how_its_servers_are) {
    const auto with = pool(2);
    render(*with, request());
    const auto rows = with->survey({});
    ASSERT_EQ(rows.size(), 2u);
    for (const auto& row : rows) {
        EXPECT_EQ(row.state, "ready");
        EXPECT_EQ(row.load.waiting, 3);
        ASSERT_TRUE(row.offers);
        EXPECT_EQ(row.offers->checkpoints, std::vector<std::string>{"only.safetensors"});
    }
    EXPECT_EQ(with->check(), "2 of 2 servers ready");
}

}  // namespace
}  // namespace medusa
