// A client of the fake ComfyUI for tests, with small orders. One thread makes it; its server may be
// used as image_server.hpp says.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "card/png.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "engine/comfyui/comfyui_server.hpp"
#include "net/url.hpp"
#include "support/fake_server.hpp"

namespace medusa::testing_support {

// A plain PNG.
inline std::string png_of(int width, int height) {
    pixels plain{width, height, {}};
    plain.rgba.assign(static_cast<std::size_t>(width) * height * 4, 0xC0);
    return write_png(plain);
}

// Until a fake has seen `count` events of that name; at most 10 s.
inline void wait_for(const fake_server& fake, std::string_view event, int count) {
    for (int i = 0; i < 500 && fake.count(event) < count; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ASSERT_GE(fake.count(event), count) << event;
}

class comfyui_client {
protected:
    static server_address address(const std::string& url, const std::string& bearer = {},
                                  bool exclusive = false) {
        return {url, printable_url(url), bearer, exclusive};
    }

    std::unique_ptr<image_server> at(const std::string& url, const std::string& bearer = {},
                                     bool exclusive = false) {
        return make_comfyui_server(
            address(url, bearer, exclusive),
            {*http, *sockets, random_ids(), system_timer(), system_random()});
    }

    static picture_request small_request() {
        picture_request request;
        request.prompt = "an elf in a forest";
        request.negative_prompt = "blurry";
        request.seed = 7;
        request.settings.width = 128;
        request.settings.height = 64;
        request.settings.steps = 4;
        return request;
    }

    // Each a new attempt; `request` must outlive it.
    static attempt_order order(const picture_request& request, const std::string& rung = "seed",
                               const std::string& model = "diving.safetensors") {
        return {request, random_ids().uuid(), {}, model, rung, {}};
    }

    static user_workflow own_workflow() {
        return {"mine.json", R"({
            "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "%model%"}},
            "2": {"class_type": "CLIPTextEncode",
                  "inputs": {"text": "%prompt%, at night", "clip": ["1", 1]}},
            "3": {"class_type": "EmptyLatentImage",
                  "inputs": {"width": "%width%", "height": "%height%"}},
            "4": {"class_type": "KSampler",
                  "inputs": {"model": ["1", 0], "positive": ["2", 0], "negative": ["2", 0],
                             "latent_image": ["3", 0], "seed": "%seed%", "steps": "%steps%"}},
            "5": {"class_type": "VAEDecode", "inputs": {"samples": ["4", 0], "vae": ["1", 2]}},
            "6": {"class_type": "PreviewImage", "inputs": {"images": ["5", 0]}}})"};
    }

    // What an error says; its code is checked where one is given. Empty: nothing was thrown.
    static std::string said(const std::function<void()>& call,
                            std::optional<errc> code = std::nullopt) {
        try {
            call();
        } catch (const error& caught) {
            if (code) {
                EXPECT_EQ(caught.code(), *code) << caught.what();
            }
            return caught.what();
        }
        return {};
    }

    // The class of what is thrown, and its words in `words`.
    static std::optional<failure_class> thrown_class(const std::function<void()>& call,
                                                     std::string* words = nullptr) {
        try {
            call();
        } catch (const error& caught) {
            if (words) *words = caught.what();
            EXPECT_TRUE(caught.failure()) << caught.what();
            return caught.failure() ? std::optional(caught.failure()->kind) : std::nullopt;
        }
        ADD_FAILURE() << "nothing was thrown";
        return std::nullopt;
    }

    std::unique_ptr<http_client> http = make_http_client();
    std::unique_ptr<websocket_loop> sockets = make_websocket_loop();
};

}  // namespace medusa::testing_support
