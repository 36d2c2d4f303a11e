// What a server is found to offer, and how a run deals with it, against answers made up here.
#include "engine/comfyui/capabilities.hpp"

#include <gtest/gtest.h>

#include <set>

#include "engine/comfyui/recipe.hpp"
#include "support/comfyui_client.hpp"

namespace medusa::comfyui {
namespace {

namespace json = boost::json;
using files = std::map<std::string, std::vector<std::string>>;

json::array array_of(const std::vector<std::string>& names) {
    return json::array(names.begin(), names.end());
}

// A server that answers from tables. Every class of our templates is installed but `absent`.
class table_server final : public http_client {
public:
    http_reply send(const http_request& request, std::stop_token) override {
        const auto path = request.url.substr(std::string("http://pod/").size());
        ++asked;
        if (path == "system_stats") return reply(200, {{"system", {{"comfyui_version", version}}}});
        if (path.starts_with("api/jobs/")) return jobs ? reply(404, {{"error", "no"}}) : page();
        if (path.starts_with("models/")) {
            const auto found = folders.find(path.substr(7));
            return found == folders.end() ? page() : reply(200, array_of(found->second));
        }
        if (path.starts_with("object_info/")) return reply(200, object_info(path.substr(12)));
        if (path == "prompt") return submitted(json::parse(request.body));
        if (path == "upload/image") return reply(200, {{"name", "r.png"}, {"subfolder", "medusa"}});
        if (path.starts_with("history/")) return reply(200, history);
        if (path.starts_with("view?")) return {200, {}, testing_support::png_of(128, 64)};
        return reply(200, {{"queue_running", json::array()}, {"queue_pending", json::array()}});
    }

    std::string version = "0.3.64";
    bool jobs = false;
    files folders;
    std::vector<std::string> checkpoints{"diving.safetensors"};
    std::vector<std::string> diffusion_models, loras;
    std::set<std::string> absent;
    std::vector<json::value> refusals;  // of the next prompts, in order
    std::vector<json::value> prompts;
    int asked = 0;

private:
    static http_reply reply(int status, const json::value& body) {
        return {status, {{"content-type", "application/json"}}, json::serialize(body)};
    }
    static http_reply page() { return {404, {{"content-type", "text/plain"}}, "404: Not Found"}; }

    json::value object_info(const std::string& name) const {
        if (absent.contains(name)) return json::object();
        json::object inputs;
        const auto choice = [&](const char* input, const std::vector<std::string>& of) {
            inputs[input] = json::array{array_of(of)};
        };
        if (name == "CheckpointLoaderSimple") choice("ckpt_name", checkpoints);
        if (name == "UNETLoader") choice("unet_name", diffusion_models);
        if (name == "LoraLoader") choice("lora_name", loras);
        if (name == "KSampler") choice("sampler_name", {"dpmpp_2m"});
        return {{name, {{"input", {{"required", inputs}}}}}};
    }

    http_reply submitted(const json::value& body) {
        prompts.push_back(body);
        if (prompts.size() <= refusals.size()) return reply(400, refusals[prompts.size() - 1]);
        const auto id = body.at("prompt_id").as_string();
        json::object image{{"filename", std::string(id) + "_00001_.png"},
                           {"subfolder", "medusa"},
                           {"type", "output"}};
        history = {
            {id,
             {{"outputs", {{"9", {{"images", json::array{image}}}}}},
              {"status", {{"messages", json::array{json::array{"execution_success", nullptr}}}}}}}};
        return reply(200, {{"prompt_id", id}, {"node_errors", json::object()}});
    }

    json::value history = json::object();
};

// No server has a WebSocket.
class no_sockets final : public websocket_loop {
public:
    std::unique_ptr<websocket> connect(websocket_request, websocket_handlers handlers) override {
        handlers.closed(error(errc::unavailable, "no"));
        struct closed final : websocket {
            void send_text(std::string) override {}
            void close() override {}
        };
        return std::make_unique<closed>();
    }
};

struct pod : testing_support::comfyui_client {
    using comfyui_client::order;
    using comfyui_client::small_request;

    std::unique_ptr<server_profile> probe() { return probe_server(api, {}); }
    std::unique_ptr<image_server> server() {
        return make_comfyui_server(where,
                                   {table, closed, random_ids(), system_timer(), system_random()});
    }

    server_address where{"http://pod", "http://pod", {}, false};
    table_server table;
    no_sockets closed;
    server_api api{table, where, system_timer()};
};

const std::vector<std::string> sdxl{"sd_xl_base.safetensors"};
const std::vector<std::string> flux{"flux1-dev.safetensors", "flux1-kontext.safetensors"};
const files flux_files{{"text_encoders", {"clip_l.safetensors", "t5xxl.safetensors"}},
                       {"vae", {"ae.safetensors"}}};

TEST(capabilities, a_rung_needs_nodes_files_and_a_model_that_takes_it) {
    const files face{{"ipadapter", {"ip-adapter-plus-face_sd15.safetensors", "faceid-plusv2.bin"}},
                     {"clip_vision", {"vit-h.safetensors"}}};
    files xl{{"instantid", {"ip-adapter.bin"}},
             {"controlnet", {"instantid.safetensors"}},
             {"pulid", {"pulid_sdxl.safetensors"}}};
    struct row {
        const char* what;
        files folders;
        std::vector<std::string> checkpoints, diffusion_models, loras;
        std::set<std::string> absent;
        std::vector<std::string> rungs;
    };
    const std::vector<std::string> base{"img2img", "seed"}, one{"diving.safetensors"};
    for (const auto& [what, folders, checkpoints, diffusion_models, loras, absent, rungs] :
         {row{"a plain server", {}, one, {}, {}, {}, base},
          row{"no model at all", face, {}, {}, {}, {}, {}},
          row{"ipadapter", face, one, {}, {}, {}, {"ipadapter", "img2img", "seed"}},
          row{"its node is missing", face, one, {}, {}, {"IPAdapterUnifiedLoader"}, base},
          row{"faceid with its LoRA",
              face,
              one,
              {},
              {"faceid_lora.safetensors"},
              {},
              {"faceid", "ipadapter", "img2img", "seed"}},
          row{"SDXL rungs and SD 1.5", xl, one, {}, {}, {}, base},
          row{"SDXL rungs and SDXL",
              xl,
              sdxl,
              {},
              {},
              {},
              {"pulid", "instantid", "img2img", "seed"}},
          row{"no ControlNet", {{"instantid", {"ip-adapter.bin"}}}, sdxl, {}, {}, {}, base},
          row{"Flux and Kontext", flux_files, {}, flux, {}, {}, {"kontext", "img2img", "seed"}},
          row{"Flux without its VAE", {{"text_encoders", {"clip_l", "t5"}}}, {}, flux, {}, {}, {}},
          row{"no Kontext nodes", flux_files, {}, flux, {}, {"ReferenceLatent"}, base},
          row{"Flux in one file", {}, {"flux1-all.safetensors"}, {}, {}, {}, {"seed"}}}) {
        pod p;
        p.table.folders = folders;
        p.table.checkpoints = checkpoints;
        p.table.diffusion_models = diffusion_models;
        p.table.loras = loras;
        p.table.absent = absent;
        EXPECT_EQ(p.probe()->offers.identity_methods, rungs) << what;
        EXPECT_LE(p.table.asked, 60) << what;
    }
}

TEST(capabilities, how_the_server_wants_to_be_told_to_stop) {
    struct row {
        const char* version;
        bool jobs, by_id;
    };
    for (const auto& [version, jobs, by_id] :
         {row{"0.3.30", false, false}, row{"0.3.63", false, false}, row{"0.3.64", false, true},
          row{"0.4", false, true}, row{"0.36.0", true, true}, row{"1.0.0-rc1", false, true},
          row{"", false, false}, row{"unknown", false, false}}) {
        pod p;
        p.table.version = version;
        p.table.jobs = jobs;
        const auto profile = p.probe();
        EXPECT_EQ(profile->has_jobs, jobs) << version;
        EXPECT_EQ(profile->interrupts_by_id, by_id) << version;
    }
}

TEST(recipe, the_template_fits_the_model) {
    pod p;
    p.table.checkpoints = {"v1-5-pruned.safetensors", "sd_xl_base.safetensors",
                           "diving.safetensors"};
    p.table.diffusion_models = {"flux1-dev.safetensors", "wan.safetensors"};
    p.table.folders = flux_files;
    const auto profile = p.probe();
    const auto chosen = [&](const char* model, int side) -> std::string {
        generation_settings settings;
        settings.width = settings.height = side;
        const auto found = choose_recipe(*profile, "seed", model, settings);
        return found ? found->template_name : "none";
    };
    EXPECT_EQ(chosen("v1-5-pruned.safetensors", 512), "txt2img");
    EXPECT_EQ(chosen("v1-5-pruned.safetensors", 1024), "hires");
    EXPECT_EQ(chosen("sd_xl_base.safetensors", 1024), "txt2img");
    EXPECT_EQ(chosen("diving.safetensors", 1024), "txt2img");
    EXPECT_EQ(chosen("flux1-dev.safetensors", 1024), "flux_txt2img");
    EXPECT_EQ(chosen("wan.safetensors", 1024), "none");
    EXPECT_THROW(chosen("gone.safetensors", 512), error);

    generation_settings tall;
    tall.width = 832;
    tall.height = 1216;
    const auto values = values_of({}, tall);
    EXPECT_EQ(values.at("base_width").as_int64() % 8, 0);
    EXPECT_NEAR(1.0 * values.at("base_width").as_int64() / values.at("base_height").as_int64(),
                832.0 / 1216.0, 0.03);
}

TEST(run, a_reference_that_the_server_lost_is_uploaded_again) {
    pod p;
    p.table.refusals = {json::parse(R"({"error": {"type": "prompt_outputs_failed_validation"},
        "node_errors": {"10": {"class_type": "LoadImage", "dependent_outputs": ["9"],
        "errors": [{"type": "custom_validation_failed", "message": "Invalid image file"}]}}})")};
    auto request = pod::small_request();
    int read = 0;
    request.reference = reference_picture{"avatar-1", [&] {
                                              ++read;
                                              return testing_support::png_of(8, 8);
                                          }};
    const auto server = p.server();
    ASSERT_TRUE(server->run(pod::order(request, "img2img"), {}, {}));
    EXPECT_EQ(read, 2);
    EXPECT_EQ(p.table.prompts.size(), 2u);
    EXPECT_EQ(p.table.prompts[0].at("prompt_id"), p.table.prompts[1].at("prompt_id"));
    ASSERT_TRUE(server->run(pod::order(request, "img2img"), {}, {}));
    EXPECT_EQ(read, 2) << "it is there now";
}

TEST(run, what_the_prompt_says_of_itself) {
    pod p;
    auto request = pod::small_request();
    request.seed = 9'007'199'254'740'991u;
    const auto order = pod::order(request);
    ASSERT_TRUE(p.server()->run(order, {}, {}));
    ASSERT_EQ(p.table.prompts.size(), 1u);
    const auto& sent = p.table.prompts[0];
    EXPECT_EQ(text_of(&sent.at("prompt_id")), order.attempt_id);
    EXPECT_EQ(text_of(&sent.at("extra_data").at(mark_key)), order.attempt_id);
    EXPECT_TRUE(is_uuid(std::string(sent.at("client_id").as_string())));
    const auto& nodes = sent.at("prompt").as_object();
    EXPECT_EQ(text_of(&nodes.at("9").at("inputs").at("filename_prefix")),
              "medusa/" + order.attempt_id);
    EXPECT_EQ(nodes.at("3").at("inputs").at("seed").to_number<std::uint64_t>(), request.seed);
}

}  // namespace
}  // namespace medusa::comfyui
