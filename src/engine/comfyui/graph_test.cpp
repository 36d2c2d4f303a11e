// Templates, values, LoRAs, what a server says of its nodes, and users' own workflows.
#include "engine/comfyui/graph.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>

#include "core/error.hpp"
#include "core/resources.hpp"
#include "engine/comfyui/nodes.hpp"
#include "engine/comfyui/workflow.hpp"
#include "net/reply_json.hpp"

namespace medusa::comfyui {
namespace {

namespace json = boost::json;

constexpr char label[] = "http://127.0.0.1:8188";

graph_values some_values() {
    return {{"prompt", "an elf, 100% silver hair, %seed%"},
            {"negative_prompt", "blurry"},
            {"seed", std::uint64_t{18'446'744'073'709'551'615u}},
            {"width", 768},
            {"height", 1024},
            {"steps", 25},
            {"cfg", 6.5},
            {"sampler", "dpmpp_2m"},
            {"scheduler", "karras"},
            {"model", "diving.safetensors"},
            {"reference", "medusa/ab.png"},
            {"base_width", 384},
            {"base_height", 512},
            {"second_steps", 13},
            {"clip_l", "clip_l.safetensors"},
            {"t5", "t5xxl.safetensors"},
            {"vae", "ae.safetensors"},
            {"controlnet", "instantid.safetensors"},
            {"instantid", "ip-adapter.bin"},
            {"pulid", "pulid.safetensors"},
            {"save_prefix", save_prefix("11111111-2222-4333-8444-555555555555")}};
}

std::vector<std::string> template_names() {
    std::vector<std::string> names;
    for (const auto path : resource_names("workflows/")) {
        const auto begin = path.find('/') + 1;
        names.emplace_back(path.substr(begin, path.rfind('.') - begin));
    }
    return names;
}

// What is thrown, as users read it; empty when nothing is.
std::string complaint(const std::function<void()>& call) {
    try {
        call();
        return {};
    } catch (const error& caught) {
        EXPECT_EQ(caught.code(), errc::invalid_argument);
        EXPECT_TRUE(caught.failure());
        return caught.what();
    }
}

void expect_sound(const prompt_graph& graph) {
    ASSERT_TRUE(graph.nodes.contains(graph.save_node));
    const auto& save = graph.nodes.at(graph.save_node);
    EXPECT_EQ(save.at("class_type"), "SaveImage");
    EXPECT_EQ(save.at("inputs").at("filename_prefix"),
              "medusa/11111111-2222-4333-8444-555555555555");
    for (const auto& [id, node] : graph.nodes) {
        EXPECT_FALSE(text_of(member(member(&node, "_meta"), "title")).empty()) << id;
        for (const auto& [name, value] : node.at("inputs").as_object()) {
            if (value.is_array()) {
                EXPECT_TRUE(graph.nodes.contains(text_of(element(&value, 0)))) << name;
            }
            const auto text = text_of(&value);
            EXPECT_FALSE(text.starts_with('%') && text.ends_with('%')) << name << ": " << text;
        }
    }
}

TEST(graph, every_template_is_filled_and_every_link_leads_somewhere) {
    const auto names = template_names();
    EXPECT_GE(names.size(), 12u);
    for (const auto& name : names) {
        SCOPED_TRACE(name);
        expect_sound(graph_from_template(name, some_values()));
        const auto with = graph_from_template(name, some_values(),
                                              {{"a.safetensors", 0.8}, {"b.safetensors", -0.5}});
        expect_sound(with);
        EXPECT_EQ(with.nodes.at("102").at("inputs").at("model"), (json::value{"101", 0}));
    }
}

TEST(graph, numbers_stay_numbers_and_texts_are_put_in_once) {
    const auto nodes = graph_from_template("txt2img", some_values()).nodes;
    const auto& sampler = nodes.at("3").at("inputs");
    EXPECT_EQ(sampler.at("seed").to_number<std::uint64_t>(), 18'446'744'073'709'551'615u);
    EXPECT_TRUE(sampler.at("steps").is_int64());
    EXPECT_EQ(sampler.at("cfg"), 6.5);
    EXPECT_EQ(nodes.at("6").at("inputs").at("text"), "an elf, 100% silver hair, %seed%");
}

TEST(graph, loras_are_chained_before_everything_that_the_loader_feeds) {
    const auto nodes =
        graph_from_template("ipadapter", some_values(), {{"a.pt", 0.8}, {"b.pt", 1}}).nodes;
    EXPECT_EQ(nodes.at("101").at("inputs").at("model"), (json::value{"4", 0}));
    EXPECT_EQ(nodes.at("101").at("inputs").at("strength_clip"), 0.8);
    EXPECT_EQ(nodes.at("11").at("inputs").at("model"), (json::value{"102", 0}));
    EXPECT_EQ(nodes.at("6").at("inputs").at("clip"), (json::value{"102", 1}));
    EXPECT_EQ(nodes.at("8").at("inputs").at("vae"), (json::value{"4", 2}));
}

TEST(graph, loras_in_the_prompt) {
    const std::vector<std::string> there{"people/Silver_Hair.safetensors", "add_detail.pt"};
    std::string prompt = "an elf, <lora:silver_hair:0.8> in a wood <lora:add_detail>";
    const auto uses = take_loras(prompt, there, label);
    EXPECT_EQ(prompt, "an elf, in a wood");
    ASSERT_EQ(uses.size(), 2u);
    EXPECT_EQ(uses[0].file, "people/Silver_Hair.safetensors");
    EXPECT_EQ(uses[0].weight, 0.8);
    EXPECT_EQ(uses[1].weight, 1);

    prompt = "<lora:add_detial:1>";
    EXPECT_NE(complaint([&] { take_loras(prompt, there, label); }).find("mean 'add_detail'"),
              std::string::npos);
    for (const char* weight : {"nan", "9", "x", "", "inf"}) {
        prompt = std::string("<lora:add_detail:") + weight + ">";
        EXPECT_NE(complaint([&] { take_loras(prompt, there, label); }).find("weight"),
                  std::string::npos)
            << weight;
    }
    prompt = "1 < 2, <lora: open";
    EXPECT_TRUE(take_loras(prompt, there, label).empty());
    EXPECT_EQ(prompt, "1 < 2, <lora: open");
}

std::optional<node_info> recorded(const std::string& class_name) {
    std::ifstream file(std::string(MEDUSA_ROOT) +
                       "/tests/data/recordings/comfyui-0.3.64/object_info-" + class_name + ".json");
    const auto whole = read_json(std::string{std::istreambuf_iterator<char>(file), {}});
    EXPECT_TRUE(whole);
    return read_node_info(json::serialize(whole->at("body")), class_name);
}

TEST(nodes, both_encodings_of_choices) {
    const auto loader = recorded("CheckpointLoaderSimple");
    ASSERT_TRUE(loader);
    EXPECT_EQ(loader->inputs.at("ckpt_name").choices,
              std::vector<std::string>{"diving.safetensors"});
    const auto upscale = recorded("UpscaleModelLoader");
    EXPECT_EQ(upscale->inputs.at("model_name").what, input_info::kind::choice);
    EXPECT_FALSE(upscale->inputs.at("model_name").open);
    const auto sampler = recorded("KSampler");
    EXPECT_EQ(sampler->inputs.at("cfg").max, 100);
    EXPECT_EQ(sampler->inputs.at("model").what, input_info::kind::link);
    EXPECT_FALSE(read_node_info("{}", "IPAdapterAdvanced"));
}

// A source of the recorded nodes; everything else is not installed.
node_source recorded_nodes() {
    auto known = std::make_shared<std::map<std::string, node_info>>();
    for (const char* name : {"CheckpointLoaderSimple", "KSampler"}) {
        known->emplace(name, *recorded(name));
    }
    return [known](const std::string& name) {
        const auto found = known->find(name);
        return found == known->end() ? nullptr : &found->second;
    };
}

json::object sampler_graph(
    std::initializer_list<std::pair<json::string_view, json::value_ref>> to) {
    json::object inputs{{"model", {"4", 0}},
                        {"positive", {"4", 0}},
                        {"negative", {"4", 0}},
                        {"latent_image", {"4", 0}}};
    for (const auto& [name, value] : json::object(to)) inputs[name] = value;
    json::object graph;
    graph["3"] = {{"class_type", "KSampler"}, {"inputs", inputs}};
    graph["4"] = {{"class_type", "CheckpointLoaderSimple"},
                  {"inputs", {{"ckpt_name", "diving.safetensors"}}}};
    return graph;
}

TEST(nodes, missing_inputs_get_their_defaults) {
    auto graph = sampler_graph({{"cfg", 3.5}});
    complete_graph(graph, recorded_nodes(), label);
    const auto& inputs = graph.at("3").at("inputs");
    EXPECT_EQ(inputs.at("cfg"), 3.5);
    EXPECT_EQ(inputs.at("steps"), 20);
    EXPECT_EQ(inputs.at("sampler_name"), "euler") << "the first choice";
}

TEST(nodes, what_a_server_would_refuse_is_refused_before_it_is_queued) {
    struct row {
        json::object graph;
        const char* said;
    };
    json::object unlinked = sampler_graph({});
    unlinked.at("3").at("inputs").as_object().erase("model");
    json::object dangling = sampler_graph({{"model", json::array{"99", 0}}});
    json::object model = sampler_graph({});
    model.at("4").at("inputs").as_object()["ckpt_name"] = "divin.safetensors";
    json::object absent = sampler_graph({});
    absent["5"] = {{"class_type", "NoSuchNode"}, {"inputs", json::object()}};
    for (const auto& [graph, said] :
         {row{sampler_graph({{"sampler_name", "dpmpp_2n"}}),
              "does not take 'dpmpp_2n' as sampler. Did you mean 'dpmpp_2m'?"},
          row{sampler_graph({{"scheduler", "karas"}}), "Did you mean 'karras'?"},
          row{sampler_graph({{"cfg", std::numeric_limits<double>::quiet_NaN()}}), "as cfg"},
          row{sampler_graph({{"cfg", 1000}}), "does not take '1000' as cfg"},
          row{sampler_graph({{"steps", 0}}), "as steps"}, row{unlinked, "'model' is missing"},
          row{dangling, "'model' is linked to a node that is not there"},
          row{model, "has no model 'divin.safetensors'. Did you mean 'diving.safetensors'?"},
          row{absent, "has no node NoSuchNode"}}) {
        auto copy = graph;
        const auto heard = complaint([&] { complete_graph(copy, recorded_nodes(), label); });
        EXPECT_NE(heard.find(said), std::string::npos) << heard << "\nlacks: " << said;
        EXPECT_TRUE(heard.starts_with("RunPod connection failed: http://127.0.0.1:8188 ")) << heard;
    }
}

// A small workflow in API format; `more` follows its nodes.
user_workflow exported(const std::string& more = {}, const std::string& text = "%prompt%, at sea") {
    return {"mine.json",
            R"({"1":{"class_type":"CLIPTextEncode","inputs":{"text":")" + text +
                R"(","clip":["2",1]}},"2":{"class_type":"KSampler","inputs":{"seed":"%seed%",
                "note":"%unknown% 50%","cfg":"%cfg%"}},
                "9":{"class_type":"SaveImage","_meta":{"title":"out"},
                "inputs":{"images":["2",0],"filename_prefix":"theirs/%date%"}})" +
                more + "}"};
}

constexpr char prefix[] = "medusa/1";

TEST(workflow, placeholders_are_filled_and_the_picture_is_named_by_us) {
    const auto graph = graph_from_workflow(exported(), some_values(), prefix);
    EXPECT_EQ(graph.save_node, "9");
    EXPECT_EQ(graph.nodes.at("9").at("inputs").at("filename_prefix"), prefix);
    EXPECT_EQ(graph.nodes.at("1").at("inputs").at("text"),
              "an elf, 100% silver hair, %seed%, at sea");
    EXPECT_TRUE(graph.nodes.at("2").at("inputs").at("seed").is_uint64());
    EXPECT_EQ(graph.nodes.at("2").at("inputs").at("note"), "%unknown% 50%");
}

TEST(workflow, which_picture_is_meant) {
    const std::string two = R"(,"10":{"class_type":"SaveImage","inputs":{"images":["2",0]}})";
    EXPECT_NE(complaint([&] {
                  graph_from_workflow(exported(two), some_values(), prefix);
              }).find("saves 2 pictures"),
              std::string::npos);
    const std::string ours = R"(,"10":{"class_type":"SaveImage","_meta":{"title":"Medusa"},
        "inputs":{"images":["2",0]}})";
    const auto graph = graph_from_workflow(exported(ours), some_values(), prefix);
    EXPECT_EQ(graph.save_node, "10");
    EXPECT_EQ(graph.nodes.at("9").at("inputs").at("filename_prefix"), prefix) << "not theirs";

    auto preview = exported();
    preview.json.replace(preview.json.find("SaveImage"), 9, "PreviewImage");
    EXPECT_EQ(graph_from_workflow(preview, some_values(), prefix).nodes.at("9").at("class_type"),
              "SaveImage");
}

TEST(workflow, what_cannot_be_used_says_what_to_do) {
    auto without = some_values();
    without.erase("reference");
    const std::string image = R"(,"7":{"class_type":"LoadImage","inputs":{"image":"%reference%"}})";
    std::string deep = R"({"1":{"class_type":"X","inputs":{"a":)";
    deep += std::string(40, '[') + std::string(40, ']') + "}}}";
    struct row {
        user_workflow workflow;
        const char* said;
    };
    for (const auto& [workflow, said] :
         {row{{"ui.json", R"({"nodes":[],"links":[],"version":0.4})"}, "Export (API)"},
          row{{"x.json", "<html>"}, "is not JSON"}, row{{"x.json", deep}, "is not JSON"},
          row{{"x.json", "{}"}, "holds no nodes"}, row{{"x.json", "[1]"}, "holds no nodes"},
          row{{"x.json", R"({"1":{"inputs":{}}})"}, "without class_type"},
          row{{"x.json", R"({"1":7})"}, "without class_type"},
          row{{"x.json", R"({"1":{"class_type":"A","inputs":[]}})"}, "without inputs"},
          row{{"x.json", R"({"1":{"class_type":"A","inputs":{"t":"%prompt%"}}})"},
              "Add a SaveImage node"},
          row{exported({}, "an elf"), "%prompt%"}, row{exported(image), "no picture of the person"},
          row{{"x.json", std::string((1 << 20) + 1, ' ')}, "larger than 1 MiB"}}) {
        const auto heard = complaint([&] { graph_from_workflow(workflow, without, prefix); });
        EXPECT_NE(heard.find(said), std::string::npos) << heard << "\nlacks: " << said;
        EXPECT_NE(heard.find(workflow.name), std::string::npos);
    }
    EXPECT_EQ(complaint([&] { graph_from_workflow(exported(image), some_values(), prefix); }), "");
}

}  // namespace
}  // namespace medusa::comfyui
