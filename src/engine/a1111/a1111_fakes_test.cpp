// The client against programs that behave as the recorded servers do.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "card/png.hpp"
#include "core/error.hpp"
#include "engine/a1111/a1111.hpp"
#include "net/url.hpp"
#include "support/fake_server.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;
using testing_support::fake_server;

picture_request small_request() {
    picture_request request;
    request.prompt = "an elf in a forest";
    request.seed = 7;
    request.settings.width = 128;
    request.settings.height = 64;
    request.settings.steps = 4;
    return request;
}

class a1111_fakes : public testing::Test {
protected:
    std::unique_ptr<image_server> at(const std::string& url) {
        return make_a1111_server({url, printable_url(url), {}, false}, *http, system_timer());
    }

    static attempt_order order(const picture_request& request, const std::string& rung = "seed") {
        return {request, "11111111-2222-4333-8444-555555555555", {}, "diving", rung, {}};
    }

    std::unique_ptr<http_client> http = make_http_client();
};

TEST_F(a1111_fakes, DrawsInEachDialect) {
    for (const std::string dialect : {"a1111", "forge", "sdcpp"}) {
        const fake_server fake("fake_a1111.py", {"--dialect", dialect, "--seconds", "0.05"});
        EXPECT_TRUE(is_a1111({fake.url(), "fake", {}, false}, *http, {})) << dialect;
        const auto pod = at(fake.url());
        const auto offers = pod->probe({});
        EXPECT_EQ(offers.dialect, dialect == "sdcpp" ? "sd.cpp" : dialect);
        EXPECT_EQ(offers.checkpoints.front(), "diving") << dialect;
        const auto request = small_request();
        const auto drawn = pod->run(order(request), {}, {});
        ASSERT_TRUE(drawn) << dialect;
        const auto said = read_png(drawn->png);
        EXPECT_EQ(said.width, 128) << dialect;
        EXPECT_EQ(said.height, 64) << dialect;
        EXPECT_EQ(fake.count("received"), 1) << dialect;
    }
}

TEST_F(a1111_fakes, KeepsThePersonByImageToImage) {
    const fake_server fake("fake_a1111.py", {"--dialect", "sdcpp", "--seconds", "0.05"});
    const auto pod = at(fake.url());
    auto request = small_request();
    const auto avatar = pod->run(order(request), {}, {});
    request.reference = reference_picture{"avatar", [&] { return avatar->png; }};
    const auto drawn = pod->run(order(request, "img2img"), {}, {});
    EXPECT_EQ(drawn->identity_method, "img2img");
    EXPECT_EQ(drawn->reference_image_id, "avatar");
}

TEST_F(a1111_fakes, TellsHowFarItIs) {
    const fake_server fake("fake_a1111.py", {"--seconds", "2.6"});
    std::mutex mutex;
    int drawing = 0;
    const auto request = small_request();
    at(fake.url())
        ->run(order(request),
              [&](const render_progress& told) {
                  const std::lock_guard lock(mutex);
                  if (told.reached == render_progress::state::drawing && told.steps == 4) ++drawing;
              },
              {});
    EXPECT_GE(drawing, 1);
}

TEST_F(a1111_fakes, SignsInWithUserAndPassword) {
    const fake_server fake("fake_a1111.py", {"--seconds", "0.05", "--auth", "anna:secret"});
    const auto with_password = "http://anna:secret@" + fake.url().substr(7);
    EXPECT_EQ(at(with_password)->probe({}).dialect, "a1111");
    try {
        at(fake.url())->probe({});
        FAIL() << "no password was needed";
    } catch (const error& failure) {
        EXPECT_EQ(failure.code(), errc::unauthorized);
        EXPECT_EQ(std::string(failure.what()).find("secret"), std::string::npos);
    }
}

TEST_F(a1111_fakes, WhatTheProxyCutsIsLost) {
    const fake_server fake("fake_a1111.py", {"--seconds", "5"});
    const fake_server proxy("fake_runpod_proxy.py",
                            {"--to", std::to_string(fake.port()), "--silence", "1"});
    const auto request = small_request();
    try {
        at(proxy.url())->run(order(request), {}, {});
        FAIL() << "the proxy did not cut it";
    } catch (const error& failure) {
        EXPECT_EQ(failure.failure()->kind, failure_class::lost);
        EXPECT_EQ(failure.failure()->status, 524);
    }
    EXPECT_EQ(fake.count("received"), 1);
}

TEST_F(a1111_fakes, AColdPodIsWarming) {
    const fake_server fake("fake_a1111.py");
    for (const std::string page : {"502", "html200", "html404"}) {
        const fake_server proxy("fake_runpod_proxy.py", {"--to", std::to_string(fake.port()),
                                                         "--cold", "60", "--cold-page", page});
        try {
            is_a1111({proxy.url(), "fake", {}, false}, *http, {});
            FAIL() << page;
        } catch (const error& failure) {
            ASSERT_TRUE(failure.failure()) << page;
            EXPECT_EQ(failure.failure()->kind, failure_class::warming) << page;
        }
    }
}

TEST_F(a1111_fakes, StopsWaitingAtOnceAndInterruptsNobody) {
    const fake_server fake("fake_a1111.py", {"--seconds", "8"});
    std::stop_source source;
    const auto request = small_request();
    std::jthread stopper([&] {
        std::this_thread::sleep_for(300ms);
        source.request_stop();
    });
    const auto began = std::chrono::steady_clock::now();
    try {
        at(fake.url())->run(order(request), {}, source.get_token());
        FAIL() << "was not cancelled";
    } catch (const error& failure) {
        EXPECT_EQ(failure.code(), errc::cancelled);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - began, 4s);
    EXPECT_EQ(fake.count("interrupted"), 0);
}

TEST_F(a1111_fakes, BrokenAnswersAreErrorsWithinBounds) {
    const fake_server fake("fake_a1111.py", {"--seconds", "0.01"});
    const auto request = small_request();
    const auto pod = at(fake.url());
    pod->probe({});
    for (const char* fault : {"truncate", "json_bomb", "html", "status", "reset_after"}) {
        fake.control("faults",
                     {{{"fault", fault}, {"route", "POST /sdapi/v1/txt2img"}, {"status", 500}}});
        try {
            pod->run(order(request), {}, {});
            FAIL() << fault;
        } catch (const error& failure) {
            EXPECT_TRUE(failure.failure()) << fault;
            EXPECT_FALSE(failure.detail().empty()) << fault;
        }
    }
}

}  // namespace
}  // namespace medusa
