#include "cli/workflow_file.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace medusa {
namespace {

constexpr auto graph = R"({
    "1": {"class_type": "CLIPTextEncode", "inputs": {"text": "a calm lake", "clip": ["9", 1]}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["9", 1]}},
    "3": {"class_type": "ControlNetApplyAdvanced", "inputs": {
        "positive": ["1", 0], "negative": ["2", 0], "image": ["4", 0]}},
    "4": {"class_type": "LoadImage", "inputs": {"image": "pose.png"}},
    "5": {"class_type": "KSampler", "inputs": {
        "positive": ["3", 0], "negative": ["3", 1], "sampler_name": "euler", "seed": 5}},
    "6": {"class_type": "Note", "inputs": {"texts": ["one", {"deep": "two"}]}}
})";

TEST(workflow_file, tells_apart_what_its_nodes_ask_for_and_what_they_avoid) {
    const auto found = parse_workflow("mine.json", graph);
    EXPECT_EQ(found.graph.name, "mine.json");
    EXPECT_EQ(found.graph.json, graph);
    for (const auto* text : {"a calm lake", "pose.png", "euler", "one", "two"})
        EXPECT_NE(found.positive_text.find(text), std::string::npos) << text;
    EXPECT_EQ(found.positive_text.find("blurry"), std::string::npos);
    EXPECT_EQ(found.negative_text, "blurry\n");
}

TEST(workflow_file, counts_a_text_of_both_sides_as_asked_for) {
    const auto found = parse_workflow("w", R"({
        "1": {"class_type": "CLIPTextEncode", "inputs": {"text": "shared"}},
        "2": {"class_type": "KSampler", "inputs": {"positive": ["1", 0], "negative": ["1", 0]}}})");
    EXPECT_EQ(found.positive_text, "shared\n");
    EXPECT_EQ(found.negative_text, "");
}

TEST(workflow_file, refuses_what_is_no_graph_by_name) {
    for (const auto* text :
         {"", "[]", "{}", "{\"1\": 2}", "{\"1\": {}}", "{", R"({"nodes": [], "links": []})"}) {
        try {
            parse_workflow("mine.json", text);
            ADD_FAILURE() << text;
        } catch (const error& reason) {
            EXPECT_EQ(reason.code(), errc::invalid_argument);
            EXPECT_NE(reason.detail().find("mine.json"), std::string::npos);
        }
    }
    const std::string deep(100'000, '[');
    EXPECT_THROW(parse_workflow("deep", deep), error);
    EXPECT_THROW(read_workflow_file("/none/w.json"), error);
}

TEST(workflow_file, survives_a_graph_that_bites_its_tail) {
    const auto found = parse_workflow("w", R"({
        "1": {"class_type": "A", "inputs": {"negative": ["2", 0], "text": "x"}},
        "2": {"class_type": "B", "inputs": {"negative": ["1", 0], "text": "y"}}})");
    EXPECT_EQ(found.positive_text, "");
    EXPECT_EQ(found.negative_text, "x\ny\n");
}

}  // namespace
}  // namespace medusa
