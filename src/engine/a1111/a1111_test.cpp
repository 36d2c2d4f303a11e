#include "engine/a1111/a1111.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <deque>
#include <map>
#include <mutex>

#include "core/base64.hpp"
#include "core/error.hpp"
#include "engine/a1111/dialect.hpp"

namespace medusa {
namespace {

using namespace a1111;
namespace json = boost::json;

const std::vector<std::string> webui_samplers{"DPM++ 2M", "DPM++ SDE", "DPM++ 2S a",
                                              "Euler a",  "Euler",     "DPM2 a",
                                              "Restart",  "UniPC",     "DPM++ 2M SDE Heun"};
const std::vector<std::string> cpp_samplers{"default",   "euler",   "euler_a", "dpm2",
                                            "dpm++2s_a", "dpm++2m", "lcm"};

std::string advice_of(auto call) {
    try {
        call();
    } catch (const error& failure) {
        EXPECT_EQ(failure.code(), errc::invalid_argument);
        return failure.what();
    }
    return {};
}

TEST(Dialect, SpellsSamplersAsTheServerDoes) {
    const struct {
        const char* ours;
        const std::vector<std::string>& theirs;
        const char* expected;
    } table[] = {
        {"dpmpp_2m", webui_samplers, "DPM++ 2M"},
        {"dpmpp_2m", cpp_samplers, "dpm++2m"},
        {"DPM++ 2M", cpp_samplers, "dpm++2m"},
        {"dpmpp_2s_ancestral", webui_samplers, "DPM++ 2S a"},
        {"dpmpp_2s_ancestral", cpp_samplers, "dpm++2s_a"},
        {"euler_ancestral", webui_samplers, "Euler a"},
        {"euler_ancestral", cpp_samplers, "euler_a"},
        {"dpm_2_ancestral", webui_samplers, "DPM2 a"},
        {"dpm_2", cpp_samplers, "dpm2"},
        {"uni_pc", webui_samplers, "UniPC"},
    };
    for (const auto& row : table) EXPECT_EQ(sampler_name(row.ours, row.theirs), row.expected);
    EXPECT_NE(advice_of([] { sampler_name("eulr", cpp_samplers); }).find("Did you mean euler?"),
              std::string::npos);
    EXPECT_EQ(scheduler_name("karras", {"Karras", "Exponential"}), "Karras");
    EXPECT_EQ(scheduler_name("karras", {}), "");
}

TEST(Dialect, TellsTheThreeApart) {
    EXPECT_EQ(dialect_of("", ""), "sd.cpp");
    EXPECT_EQ(dialect_of("{}", "[]"), "forge");
    EXPECT_EQ(dialect_of("{}", ""), "a1111");
}

TEST(Dialect, ReadsNamesAndNothingElse) {
    EXPECT_EQ(names(R"([{"name":"None"},{"name":"Lanczos"},{"x":1},7])", "name"),
              std::vector<std::string>{"Lanczos"});
    EXPECT_TRUE(names("<html>", "name").empty());
    EXPECT_TRUE(names("{}", "name").empty());
}

TEST(Dialect, FindsThePictureOfAReply) {
    const auto picture = to_base64("a picture");
    const auto grid = to_base64("a grid");
    EXPECT_EQ(drawn_picture(R"({"images":[")" + picture + R"("],"info":""})").png, "a picture");
    const auto whole =
        drawn_picture(R"({"images":[")" + grid + R"(","data:image/png;base64,)" + picture +
                      R"("],"info":"{\"index_of_first_image\":1,\"sd_model_name\":\"diving\",)"
                      R"(\"version\":\"v1.10.1\"}"})");
    EXPECT_EQ(whole.png, "a picture");
    EXPECT_EQ(whole.model, "diving");
    EXPECT_EQ(whole.version, "v1.10.1");
    for (const char* bad : {"", "<html>", "[]", "{}", R"({"images":[]})", R"({"images":["%%"]})",
                            R"({"images":[""]})", R"({"images":"x"})", R"({"images":[7]})"}) {
        try {
            drawn_picture(bad);
            FAIL() << bad;
        } catch (const error& failure) {
            EXPECT_EQ(failure.failure()->kind, failure_class::transient) << bad;
            EXPECT_TRUE(failure.detail().starts_with("Image download failed")) << bad;
        }
    }
}

TEST(Dialect, SurvivesANestedBomb) {
    std::string bomb;
    for (int i = 0; i < 100'000; ++i) bomb += '[';
    EXPECT_TRUE(names(bomb, "name").empty());
    EXPECT_EQ(reason_of(bomb), "");
}

// Answers by route, in turn, and keeps what was asked.
class scripted_http final : public http_client {
public:
    http_reply send(const http_request& request, std::stop_token stop) override {
        const auto path = request.url.substr(request.url.find('/', 8) + 1);
        const std::lock_guard lock(mutex_);
        asked.push_back(request.method + " " + path);
        bodies[path] = request.body;
        if (stop.stop_requested()) throw error(errc::cancelled, "stopped");
        if (const auto fails = failures.find(path); fails != failures.end()) throw fails->second;
        const auto found = replies.find(path);
        if (found == replies.end()) return {404, {}, ""};
        return {found->second.first, {{"content-type", "application/json"}}, found->second.second};
    }

    std::map<std::string, std::pair<int, std::string>> replies;
    std::map<std::string, error> failures;
    std::vector<std::string> asked;
    std::map<std::string, std::string> bodies;

private:
    std::mutex mutex_;
};

// Each look at it is half a minute later.
class slow_timer final : public timer {
public:
    std::chrono::milliseconds elapsed() const override { return now_ += std::chrono::seconds(30); }
    bool sleep(std::chrono::milliseconds, std::stop_token) override { return false; }

private:
    mutable std::chrono::milliseconds now_{0};
};

class a1111_test : public testing::Test {
protected:
    a1111_test() {
        http.replies = {
            {"sdapi/v1/options", {200, R"({"sd_model_checkpoint":"diving"})"}},
            {"sdapi/v1/cmd-flags", {200, "{}"}},
            {"sdapi/v1/sd-models", {200, R"([{"model_name":"diving"}])"}},
            {"sdapi/v1/samplers", {200, R"([{"name":"DPM++ 2M"},{"name":"Euler a"}])"}},
            {"sdapi/v1/schedulers", {200, R"([{"name":"karras","label":"Karras"}])"}},
            {"sdapi/v1/txt2img", {200, drawn_reply}},
            {"sdapi/v1/img2img", {200, drawn_reply}},
        };
        request.prompt = "an elf";
        request.seed = 7;
        request.reference = reference_picture{"avatar-1", [] { return std::string("PNG"); }};
    }

    std::unique_ptr<image_server> server(const std::string& url = "http://127.0.0.1:7860") {
        return make_a1111_server({url, url, {}, exclusive}, http, time);
    }
    attempt_order order(const std::string& rung = "seed") {
        return {request, "11111111-2222-4333-8444-555555555555", {}, "diving", rung, {}};
    }
    json::object sent(const std::string& route) {
        return json::parse(http.bodies.at(route)).as_object();
    }

    const std::string drawn_reply =
        R"({"images":[")" + to_base64("a picture") +
        R"("],"info":"{\"sd_model_name\":\"diving\",\"version\":\"v1.10.1\"}"})";
    bool exclusive = false;
    scripted_http http;
    slow_timer time;
    picture_request request;
};

TEST_F(a1111_test, AsksForExactlyThePictureOfTheRequest) {
    const auto drawn = server()->run(order(), {}, {});
    ASSERT_TRUE(drawn);
    EXPECT_EQ(drawn->png, "a picture");
    EXPECT_EQ(drawn->engine, "a1111");
    EXPECT_EQ(drawn->engine_version, "a1111 v1.10.1");
    EXPECT_EQ(drawn->source_type, "trainedAlgorithmicMedia");
    const auto body = sent("sdapi/v1/txt2img");
    EXPECT_EQ(body.at("seed").as_int64(), 7);
    EXPECT_EQ(body.at("sampler_name").as_string(), "DPM++ 2M");
    EXPECT_EQ(body.at("width").as_int64(), 1024);
    EXPECT_EQ(body.at("override_settings").at("sd_model_checkpoint").as_string(), "diving");
    EXPECT_EQ(body.at("force_task_id").as_string(), order().attempt_id);
}

TEST_F(a1111_test, KeepsThePersonByTheAvatarsPixels) {
    const auto drawn = server()->run(order("img2img"), {}, {});
    EXPECT_EQ(drawn->identity_method, "img2img");
    EXPECT_EQ(drawn->reference_image_id, "avatar-1");
    EXPECT_EQ(sent("sdapi/v1/img2img").at("init_images").at(0).as_string(), to_base64("PNG"));
}

TEST_F(a1111_test, KeepsTheFaceWhereTheServerHasIpAdapter) {
    http.replies["controlnet/module_list"] = {200, R"({"module_list":["none","ip-adapter-auto"]})"};
    http.replies["controlnet/model_list"] = {
        200, R"({"model_list":["ip-adapter-plus-face_sd15 [7f7a633a]"]})"};
    const auto pod = server();
    EXPECT_EQ(pod->probe({}).identity_methods.front(), "ipadapter");
    pod->run(order("ipadapter"), {}, {});
    const auto unit = sent("sdapi/v1/txt2img").at("alwayson_scripts").at("ControlNet").at("args");
    EXPECT_EQ(unit.at(0).at("image").as_string(), to_base64("PNG"));
}

TEST_F(a1111_test, SpeaksTheDialectOfStableDiffusionCpp) {
    http.replies.erase("sdapi/v1/cmd-flags");
    http.replies["sdapi/v1/samplers"] = {200, R"([{"name":"default"},{"name":"dpm++2m"}])"};
    http.replies["sdapi/v1/txt2img"] = {
        200, R"({"images":[")" + to_base64("a picture") + R"("],"info":"","parameters":{}})"};
    const auto drawn = server()->run(order(), [](const render_progress&) {}, {});
    EXPECT_EQ(drawn->engine_version, "sd.cpp");
    EXPECT_EQ(drawn->model, "diving");
    const auto body = sent("sdapi/v1/txt2img");
    EXPECT_EQ(body.at("sampler_name").as_string(), "dpm++2m");
    EXPECT_FALSE(body.contains("force_task_id"));
    request.prompt = "an elf <lora:glow:0.8>";
    EXPECT_NE(advice_of([&] { server()->run(order(), {}, {}); }).find("lora"), std::string::npos);
}

TEST_F(a1111_test, SendsNothingThatTheProxyWouldCut) {
    const auto pod = server("https://abcdef-7860.proxy.runpod.net");
    pod->run(order(), {}, {});  // the timer says 30 s
    request.settings.steps = 100;
    const auto sent_before = http.asked.size();
    EXPECT_NE(advice_of([&] { pod->run(order(), {}, {}); }).find("at most 70 steps"),
              std::string::npos);
    EXPECT_EQ(http.asked.size(), sent_before);
    request.settings.steps = 70;
    EXPECT_TRUE(pod->run(order(), {}, {}));
}

TEST_F(a1111_test, APictureWhoseCallWasCutIsLost) {
    http.failures.emplace(
        "sdapi/v1/txt2img",
        error(errc::unavailable, remote_failure{failure_class::ambiguous, {}, 524},
              "RunPod connection failed: 524"));
    const auto pod = server();
    for (const bool again : {false, true}) try {
            again ? pod->resume(order(), {}, {}) : pod->run(order(), {}, {});
            FAIL() << again;
        } catch (const error& failure) {
            EXPECT_EQ(failure.failure()->kind, failure_class::lost);
        }
}

TEST_F(a1111_test, InterruptsOnlyWhatIsOursAlone) {
    http.failures.emplace("sdapi/v1/txt2img", error(errc::cancelled, "stopped"));
    http.replies["internal/progress"] = {200, R"({"active":true,"progress":0.5})"};
    http.replies["sdapi/v1/interrupt"] = {200, "{}"};
    const auto interrupts = [&] {
        return std::count(http.asked.begin(), http.asked.end(), "POST sdapi/v1/interrupt");
    };
    EXPECT_THROW(server()->run(order(), {}, {}), error);
    EXPECT_EQ(interrupts(), 0);
    exclusive = true;
    EXPECT_THROW(server()->run(order(), {}, {}), error);
    EXPECT_EQ(interrupts(), 1);
    http.replies["internal/progress"] = {200, R"({"active":false,"queued":true})"};
    EXPECT_THROW(server()->run(order(), {}, {}), error);
    EXPECT_EQ(interrupts(), 1);
}

TEST_F(a1111_test, SaysWhatTheServerSays) {
    http.replies["sdapi/v1/txt2img"] = {
        422, R"({"error":"HTTPException","detail":"Script 'x' not found","body":"","errors":""})"};
    try {
        server()->run(order(), {}, {});
        FAIL();
    } catch (const error& failure) {
        EXPECT_EQ(failure.failure()->kind, failure_class::permanent);
        EXPECT_NE(failure.detail().find("Script 'x' not found"), std::string::npos);
    }
    http.replies["sdapi/v1/txt2img"] = {500, R"({"error":"OutOfMemoryError","detail":""})"};
    try {
        server()->run(order(), {}, {});
        FAIL();
    } catch (const error& failure) {
        EXPECT_EQ(failure.failure()->kind, failure_class::transient);
        EXPECT_NE(failure.detail().find("memory"), std::string::npos);
    }
}

TEST(Base64, IsStrict) {
    EXPECT_EQ(to_base64("medusa!"), "bWVkdXNhIQ==");
    EXPECT_EQ(from_base64("bWVkdXNhIQ=="), "medusa!");
    for (const char* bad : {"", "bWV", "bW=kdXNh", " bWVkdXN", "bWVk\nXNh", "====", "data:,x"})
        EXPECT_FALSE(from_base64(bad)) << bad;
}

}  // namespace
}  // namespace medusa
