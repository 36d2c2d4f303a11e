// The client against programs that behave as the recorded server, an older and a newer one do:
// what is drawn, by which method, and how it is stopped.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <set>

#include "card/png.hpp"
#include "core/error.hpp"
#include "support/comfyui_client.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;
using testing_support::comfyui_client;
using testing_support::fake_server;
using testing_support::png_of;

const std::vector<std::string> flavours{"older", "old", "new"};

class comfyui : public testing::Test, protected comfyui_client {};

TEST_F(comfyui, draws_with_one_prompt_on_each_flavour) {
    for (const auto& flavour : flavours) {
        SCOPED_TRACE(flavour);
        const fake_server fake("fake_comfyui.py", {"--flavour", flavour, "--seconds", "0.1"});
        EXPECT_TRUE(is_comfyui(address(fake.url()), *http, {}));
        const auto pod = at(fake.url());
        const auto request = small_request();
        auto job = order(request);
        std::vector<std::string> accepted;
        job.accepted = [&](const std::string& id) { accepted.push_back(id); };
        const auto drawn = pod->run(job, {}, {});
        ASSERT_TRUE(drawn);
        const auto said = read_png(drawn->png);
        EXPECT_EQ(said.width, 128);
        EXPECT_EQ(said.height, 64);
        EXPECT_EQ(drawn->engine, "comfyui");
        EXPECT_EQ(drawn->model, "diving.safetensors");
        EXPECT_EQ(drawn->identity_method, "seed");
        EXPECT_FALSE(drawn->engine_version.empty());
        EXPECT_EQ(fake.count("received"), 1);
        ASSERT_EQ(accepted.size(), 1u);
        EXPECT_EQ(accepted[0] == job.attempt_id, flavour != "older");
    }
}

TEST_F(comfyui, says_what_the_server_offers) {
    const fake_server fake("fake_comfyui.py",
                           {"--flavour", "new", "--nodes", "upscale,ipadapter,faceid", "--models",
                            "checkpoints=diving.safetensors;loras=silver.safetensors"});
    const auto offers = at(fake.url())->probe({});
    EXPECT_EQ(offers.dialect, "comfyui");
    EXPECT_EQ(offers.version, "0.36.0");
    EXPECT_EQ(offers.checkpoints, std::vector<std::string>{"diving.safetensors"});
    EXPECT_EQ(offers.loras, std::vector<std::string>{"silver.safetensors"});
    EXPECT_EQ(offers.upscalers, std::vector<std::string>{"4x-UltraSharp.pth"});
    EXPECT_GE(offers.samplers.size(), 40u);
    EXPECT_TRUE(offers.takes_workflows);
    // The nodes of FaceID are there, its LoRA is not.
    EXPECT_EQ(offers.identity_methods, (std::vector<std::string>{"ipadapter", "img2img", "seed"}));
}

TEST_F(comfyui, keeps_the_person_by_each_rung) {
    const fake_server fake(
        "fake_comfyui.py",
        {"--seconds", "0.05", "--nodes", "flux,kontext,ipadapter,faceid,instantid,pulid,pulidflux",
         "--models",
         "checkpoints=diving.safetensors,sd_xl_base.safetensors,flux1-all.safetensors;"
         "loras=silver.safetensors,ip-adapter-faceid-plusv2_sd15_lora.safetensors;"
         "pulid=ip-adapter_pulid_sdxl_fp16.safetensors,pulid_flux_v0.9.1.safetensors;"
         "diffusion_models=flux1-dev.safetensors,flux1-dev-kontext_fp8_scaled.safetensors"});
    const auto pod = at(fake.url());
    struct row {
        const char* rung;
        const char* model;
        bool reference;
    };
    const std::vector<row> rows{
        {"ipadapter", "diving.safetensors", true},     {"faceid", "diving.safetensors", true},
        {"img2img", "diving.safetensors", true},       {"seed", "diving.safetensors", false},
        {"instantid", "sd_xl_base.safetensors", true}, {"pulid", "sd_xl_base.safetensors", true},
        {"kontext", "diving.safetensors", true},       {"pulid", "flux1-dev.safetensors", true},
        {"img2img", "flux1-dev.safetensors", true},    {"seed", "flux1-dev.safetensors", false},
        {"seed", "flux1-all.safetensors", false}};
    auto request = small_request();
    request.prompt += " <lora:silver:0.7>";
    request.reference = reference_picture{"avatar-1", [] { return png_of(64, 64); }};
    std::set<std::string> different;
    for (const auto& [rung, model, reference] : rows) {
        SCOPED_TRACE(std::string(rung) + " with " + model);
        const auto drawn = pod->run(order(request, rung, model), {}, {});
        ASSERT_TRUE(drawn);
        different.insert(drawn->png);
        EXPECT_EQ(drawn->identity_method, rung);
        EXPECT_EQ(drawn->reference_image_id, reference ? "avatar-1" : "");
        EXPECT_EQ(drawn->model, std::string(rung) == "kontext"
                                    ? "flux1-dev-kontext_fp8_scaled.safetensors"
                                    : model);
    }
    EXPECT_EQ(different.size(), rows.size());
    EXPECT_EQ(fake.count("upload"), 1) << "the same reference travels once";

    // Not a rung for that model: the next one is to be tried, and nothing was sent.
    EXPECT_FALSE(pod->run(order(request, "instantid", "diving.safetensors"), {}, {}));
    EXPECT_EQ(fake.count("received"), static_cast<int>(rows.size()));
}

TEST_F(comfyui, a_reference_without_a_face_leads_to_the_next_rung) {
    const fake_server fake("fake_comfyui.py", {"--seconds", "0.05", "--nodes", "faceid", "--faults",
                                               R"([{"fault":"no_face"}])"});
    auto request = small_request();
    request.reference = reference_picture{"avatar-1", [] { return png_of(64, 64); }};
    EXPECT_FALSE(at(fake.url())->run(order(request, "faceid"), {}, {}));
    EXPECT_EQ(fake.count("failed"), 1);
}

TEST_F(comfyui, tells_how_far_it_is_with_previews) {
    const fake_server fake("fake_comfyui.py", {"--seconds", "0.6", "--previews"});
    const auto pod = at(fake.url());
    const auto request = small_request();
    int steps = 0;
    std::string preview;
    const auto drawn = pod->run(order(request),
                                [&](const render_progress& told) {
                                    if (told.step > 0) ++steps;
                                    EXPECT_LE(told.step, told.steps);
                                    if (!told.preview.empty()) preview = told.preview;
                                },
                                {});
    ASSERT_TRUE(drawn);
    EXPECT_GE(steps, 2);
    EXPECT_TRUE(preview.starts_with("\xFF\xD8")) << "a JPEG";
}

TEST_F(comfyui, two_at_once_get_each_their_own_picture_and_place) {
    const fake_server fake("fake_comfyui.py", {"--seconds", "1.5"});
    const auto pod = at(fake.url());
    auto first = small_request();
    auto second = small_request();
    second.seed = 8;
    second.settings.width = 64;
    std::atomic<int> waited{0};
    const auto note = [&](const render_progress& told) {
        if (told.reached == render_progress::state::waiting) waited = told.position;
    };
    auto other = std::async(std::launch::async, [&] {
        std::this_thread::sleep_for(100ms);
        return pod->run(order(second), note, {});
    });
    const auto one = pod->run(order(first), {}, {});
    const auto two = other.get();
    ASSERT_TRUE(one && two);
    EXPECT_EQ(one->width, 128);
    EXPECT_EQ(two->width, 64);
    EXPECT_EQ(waited, 1);
    EXPECT_EQ(fake.count("ws_open"), 1);
}

TEST_F(comfyui, a_users_workflow_draws) {
    const fake_server fake("fake_comfyui.py", {"--seconds", "0.05"});
    const auto pod = at(fake.url());
    auto request = small_request();
    request.workflow = own_workflow();
    const auto drawn = pod->run(order(request), {}, {});
    ASSERT_TRUE(drawn);
    EXPECT_EQ(drawn->width, 128);
    EXPECT_EQ(drawn->model, "diving.safetensors");

    const auto graph = request.workflow->json;
    const auto with = [&](std::string_view from, std::string_view to) {
        auto changed = graph;
        changed.replace(changed.find(from), from.size(), to);
        request.workflow->json = changed;
        return said([&] { pod->run(order(request), {}, {}); });
    };
    EXPECT_NE(with("\"VAEDecode\"", "\"MyDecode\"").find("has no node MyDecode"),
              std::string::npos);
    EXPECT_NE(with("\"%model%\"", "\"divin.safetensors\"").find("'diving.safetensors'"),
              std::string::npos);
    EXPECT_EQ(fake.count("received"), 1) << "refused before it is sent";
}

TEST_F(comfyui, what_no_server_can_draw_is_refused_before_it_is_sent) {
    const fake_server fake("fake_comfyui.py");
    const auto pod = at(fake.url());
    const auto request = small_request();
    EXPECT_NE(said([&] {
                  pod->run(order(request, "seed", "divin.safetensors"), {}, {});
              }).find("Did you mean 'diving.safetensors'?"),
              std::string::npos);
    auto odd = small_request();
    odd.settings.sampler = "dpmpp_2n";
    EXPECT_NE(said([&] { pod->run(order(odd), {}, {}); }).find("Did you mean 'dpmpp_2m'?"),
              std::string::npos);
    odd.settings = request.settings;
    odd.settings.cfg = std::numeric_limits<double>::quiet_NaN();
    EXPECT_NE(said([&] { pod->run(order(odd), {}, {}); }).find("as cfg"), std::string::npos);
    EXPECT_EQ(fake.count("received"), 0);
}

TEST_F(comfyui, stops_exactly_our_prompt) {
    struct row {
        const char* flavour;
        bool exclusive;
        bool stops;
    };
    for (const auto& [flavour, exclusive, stops] :
         {row{"older", false, false}, row{"older", true, true}, row{"old", false, true},
          row{"new", false, true}}) {
        SCOPED_TRACE(flavour);
        const fake_server fake("fake_comfyui.py", {"--flavour", flavour, "--seconds", "3"});
        const auto pod = at(fake.url(), {}, exclusive);
        const auto request = small_request();
        std::stop_source stop_first, stop_second;
        const auto run = [&](std::stop_source& stop) {
            return std::async(std::launch::async, [&, token = stop.get_token()] {
                return said([&] { pod->run(order(request), {}, token); }, errc::cancelled);
            });
        };
        auto first = run(stop_first);
        wait_for(fake, "started", 1);
        auto second = run(stop_second);
        wait_for(fake, "received", 2);
        std::this_thread::sleep_for(100ms);
        // The one that waits is taken out, and the one that runs goes on.
        stop_second.request_stop();
        EXPECT_NE(second.get(), "");
        EXPECT_EQ(fake.count("deleted"), 1);
        EXPECT_EQ(fake.count("interrupted"), 0);
        const auto began = std::chrono::steady_clock::now();
        stop_first.request_stop();
        EXPECT_NE(first.get(), "");
        EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
        EXPECT_EQ(fake.count("interrupted"), stops ? 1 : 0);
    }
}

}  // namespace
}  // namespace medusa
