#include "card/infotext.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace medusa {
namespace {

generation_facts drawn() {
    generation_facts facts;
    facts.prompt = "an elf, silver hair";
    facts.negative_prompt = "blurry";
    facts.seed = 4164696983;
    facts.settings = {"lorelei", 0, 0, "", "", 1024, 512};
    facts.engine = "sketch";
    facts.engine_version = "1";
    return facts;
}

TEST(infotext, of_a_drawing_has_no_sampler) {
    EXPECT_EQ(infotext(drawn()),
              "an elf, silver hair\n"
              "Negative prompt: blurry\n"
              "Seed: 4164696983, Size: 1024x512, Model: lorelei, Version: medusa sketch 1");
}

TEST(infotext, of_a_model_has_all_and_the_names_of_the_webui) {
    auto facts = drawn();
    facts.negative_prompt.clear();
    facts.settings = {"a: b, \"c\"", 25, 6.5, "dpmpp_2m", "karras", 832, 1216};
    facts.engine = "comfyui";
    facts.engine_version = "0.3";
    EXPECT_EQ(infotext(facts),
              "an elf, silver hair\n"
              "Steps: 25, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, "
              "Seed: 4164696983, Size: 832x1216, Model: \"a: b, \\\"c\\\"\", "
              "Version: medusa comfyui 0.3");
}

TEST(infotext, values_stay_on_their_line) {
    auto facts = drawn();
    facts.settings.model = "two\nlines\x01\\";
    const auto text = infotext(facts);
    EXPECT_NE(text.find("Model: \"two\\nlines\\u0001\\\\\""), std::string::npos) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
    facts.settings.sampler = "of my own";
    facts.settings.cfg = 6;
    EXPECT_NE(infotext(facts).find("Sampler: of my own, CFG scale: 6, "), std::string::npos);
}

}  // namespace
}  // namespace medusa
