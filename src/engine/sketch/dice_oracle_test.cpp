// Our figures against the reference renderer's, byte for byte by hash. tools/dicebear_oracle.mjs
// made the fixture.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "engine/sketch/dice.hpp"

namespace medusa::sketch {
namespace {

namespace json = boost::json;

constexpr std::size_t least_cases = 2'000;

std::string read_file(const std::string& path) {
    std::ifstream file(std::string(MEDUSA_ROOT "/") + path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    EXPECT_TRUE(file) << path;
    return content.str();
}

std::vector<std::string> texts(const json::value& value) {
    if (value.is_string()) return {std::string(value.as_string())};
    std::vector<std::string> all;
    for (const auto& item : value.as_array()) all.emplace_back(item.as_string());
    return all;
}

dice_range range(const json::value& value) {
    if (value.is_number()) return {value.to_number<double>(), value.to_number<double>()};
    const auto& ends = value.as_array();
    return {ends.at(0).to_number<double>(), ends.at(1).to_number<double>()};
}

std::vector<std::pair<std::string, double>> weights(const json::value& value) {
    std::vector<std::pair<std::string, double>> all;
    if (value.is_object()) {
        for (const auto& [name, weight] : value.as_object())
            all.emplace_back(name, weight.to_number<double>());
        return all;
    }
    for (const auto& name : texts(value)) all.emplace_back(name, 1);
    return all;
}

// True and the rest of `key` when it ends in `suffix`.
bool cut_suffix(std::string& key, std::string_view suffix) {
    if (!key.ends_with(suffix)) return false;
    key.resize(key.size() - suffix.size());
    return true;
}

// Of one component or palette; false for a key of another kind.
bool set_named(dice_options& options, std::string key, const json::value& value) {
    if (cut_suffix(key, "Probability"))
        options.components[key].probability = value.to_number<double>();
    else if (cut_suffix(key, "Variant"))
        options.components[key].variants = weights(value);
    else if (cut_suffix(key, "ColorFillStops"))
        options.colors[key].stops = range(value);
    else if (cut_suffix(key, "ColorFill"))
        options.colors[key].fill = texts(value);
    else if (cut_suffix(key, "ColorAngle"))
        options.colors[key].angle = range(value);
    else if (cut_suffix(key, "ColorOrder"))
        options.colors[key].fixed_order = value.as_string() == "fixed";
    else if (cut_suffix(key, "Color"))
        options.colors[key].values = texts(value);
    else
        return false;
    return true;
}

dice_options parse_options(std::string_view text) {
    dice_options options;
    const auto parsed = json::parse(text);
    for (const auto& [key, value] : parsed.as_object()) {
        if (key == "seed")
            options.seed = value.as_string();
        else if (key == "size")
            options.size_px = value.to_number<double>();
        else if (key == "title")
            options.title = std::string(value.as_string());
        else if (key == "flip")
            options.flip = texts(value);
        else if (key == "tags")
            options.tags = texts(value);
        else if (key == "scale")
            options.scale = range(value);
        else if (key == "rotate")
            options.rotate = range(value);
        else if (key == "translateX")
            options.translate_x = range(value);
        else if (key == "translateY")
            options.translate_y = range(value);
        else if (key == "borderRadius")
            options.border_radius = range(value);
        else
            EXPECT_TRUE(set_named(options, std::string(key), value)) << key;
    }
    return options;
}

TEST(dice_oracle, every_case_is_equal_to_the_reference) {
    std::map<std::string, dice_style> styles;
    std::vector<std::vector<std::string>> cases;
    for (const auto& line : split(read_file("tests/data/dicebear_oracle.tsv"), '\n')) {
        if (line.empty()) continue;
        cases.push_back(split(line, '\t'));
        ASSERT_EQ(cases.back().size(), 3U) << line;
        ASSERT_EQ(cases.back()[2].size(), 16U) << line;
        const auto& name = cases.back()[0];
        if (!styles.contains(name))
            styles[name] = parse_style(
                read_file(".deps/npm/node_modules/@dicebear/styles/dist/" + name + ".min.json"));
    }
    ASSERT_GE(cases.size(), least_cases);

    std::atomic<std::size_t> next = 0;
    std::mutex guard;
    std::vector<std::string> wrong;
    const auto compare = [&] {
        for (auto i = next++; i < cases.size(); i = next++) {
            const auto figure = build_figure(styles.at(cases[i][0]), parse_options(cases[i][1]));
            if (sha256_hex(to_svg(figure)).starts_with(cases[i][2])) continue;
            const std::lock_guard lock(guard);
            wrong.push_back(cases[i][0] + " " + cases[i][1]);
        }
    };
    {
        const std::jthread first(compare);
        const std::jthread second(compare);
    }
    EXPECT_TRUE(wrong.empty()) << wrong.size() << " of " << cases.size()
                               << " differ, one is: " << (wrong.empty() ? "" : wrong.front());
}

}  // namespace
}  // namespace medusa::sketch
