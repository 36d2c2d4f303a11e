#include "engine/sketch/dice.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/error.hpp"
#include "core/resources.hpp"
#include "engine/sketch/dice_color.hpp"

namespace medusa::sketch {
namespace {

const dice_style& lorelei() {
    static const dice_style style = parse_style(resource("dicebear/lorelei.json"));
    return style;
}

dice_options long_hair() {
    dice_options options;
    options.seed = "42";
    options.components["hair"].variants = {{"variant40", 1}};
    options.colors["hair"].values = {"#abc"};
    return options;
}

// What stands between `open` and the next `close`, everywhere in `text`.
std::set<std::string> between(const std::string& text, std::string_view open, char close) {
    std::set<std::string> found;
    for (auto at = text.find(open); at != std::string::npos; at = text.find(open, at + 1)) {
        const auto begin = at + open.size();
        found.insert(text.substr(begin, text.find(close, begin) - begin));
    }
    return found;
}

std::set<std::string> ids_of(const std::string& svg) {
    return between(svg, " id=\"", '"');
}

std::set<std::string> references_of(const std::string& svg) {
    auto all = between(svg, "url(#", ')');
    all.merge(between(svg, "href=\"#", '"'));
    return all;
}

errc code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const error& thrown) {
        return thrown.code();
    }
    ADD_FAILURE() << "nothing was thrown";
    return errc::internal;
}

TEST(dice_style, says_what_it_offers) {
    EXPECT_EQ(lorelei().credit.license_name, "CC0 1.0");
    EXPECT_EQ(lorelei().width, 980);
    ASSERT_NE(lorelei().find_component("hair"), nullptr);
    EXPECT_EQ(lorelei().find_component("hair")->variants.size(), 48U);
    EXPECT_EQ(lorelei().find_component("tail"), nullptr);
    EXPECT_NE(lorelei().find_palette("skin"), nullptr);
}

TEST(dice_style, damaged_definitions_are_refused) {
    const std::string deep = std::string(100, '[') + std::string(100, ']');
    const std::string texts[] = {
        "",
        "{",
        "[]",
        "{}",
        deep,
        R"({"canvas":{"width":"x","height":1,"elements":[]}})",
        R"({"canvas":{"width":1,"height":1,"elements":[]},"components":{"a":{"extends":"b"}}})"};
    for (const auto& text : texts)
        EXPECT_EQ(code_of([&] { parse_style(text); }), errc::internal) << text;
}

TEST(dice_style, a_style_that_holds_itself_ends) {
    const auto style = parse_style(R"({
        "canvas":{"width":1,"height":1,"elements":[{"type":"component","name":"a"}]},
        "components":{"a":{"width":1,"height":1,"variants":{"v":{"elements":[
            {"type":"component","name":"a"}]}}}}})");
    EXPECT_EQ(code_of([&] { build_figure(style, {}); }), errc::internal);
}

TEST(dice_style, colours_in_a_circle_are_refused) {
    const auto style = parse_style(R"({
        "canvas":{"width":1,"height":1,"elements":[{"type":"element","name":"path",
            "attributes":{"fill":{"type":"color","name":"a"}}}]},
        "colors":{"a":{"values":["#000"],"contrastTo":"b"},
                  "b":{"values":["#000"],"contrastTo":"a"}}})");
    EXPECT_EQ(code_of([&] { build_figure(style, {}); }), errc::internal);
}

TEST(dice_figure, bad_options_are_refused) {
    for (const char* color : {"", "#", "red", "#12", "#12345", "#ggg", "#1234567", "url(#x)"}) {
        auto options = long_hair();
        options.colors["hair"].values = {color};
        EXPECT_EQ(code_of([&] { build_figure(lorelei(), options); }), errc::invalid_argument);
    }
    auto options = long_hair();
    options.colors["hair"].fill = {"striped"};
    EXPECT_EQ(code_of([&] { build_figure(lorelei(), options); }), errc::invalid_argument);
    options = long_hair();
    options.flip = {"inside out"};
    EXPECT_EQ(code_of([&] { build_figure(lorelei(), options); }), errc::invalid_argument);
}

TEST(dice_figure, an_overlay_goes_between_head_and_front_hair) {
    auto figure = build_figure(lorelei(), long_hair());
    ASSERT_TRUE(insert_after(figure, "head", dice_node::markup("<path d=\"CIRCLET\"/>")));
    ASSERT_TRUE(insert_before(figure, "head", dice_node::markup("<path d=\"NECK\"/>")));
    const auto* hair = find_definition(figure, "hair");
    ASSERT_NE(hair, nullptr);
    EXPECT_EQ(hair->variant, "variant40");
    ASSERT_EQ(hair->children.size(), 5U);  // back hair, neck, head, circlet, front hair
    EXPECT_EQ(hair->children[1].value, "<path d=\"NECK\"/>");
    EXPECT_EQ(hair->children[2].component, "head");
    EXPECT_EQ(hair->children[3].value, "<path d=\"CIRCLET\"/>");
    const auto svg = to_svg(figure);
    EXPECT_LT(svg.find("NECK"), svg.find("href=\"#head-"));
    EXPECT_LT(svg.find("href=\"#head-"), svg.find("CIRCLET"));
}

TEST(dice_figure, what_is_not_drawn_cannot_be_found) {
    auto options = long_hair();
    options.components["glasses"].probability = 0;
    auto figure = build_figure(lorelei(), options);
    const auto before = to_svg(figure);
    EXPECT_FALSE(insert_after(figure, "glasses", dice_node::markup("<x/>")));
    EXPECT_FALSE(insert_before(figure, "tail", dice_node::markup("<x/>")));
    EXPECT_EQ(find_definition(figure, "glasses"), nullptr);
    EXPECT_EQ(to_svg(figure), before);
}

TEST(dice_figure, nodes_know_the_palette_of_their_paint) {
    auto figure = build_figure(lorelei(), long_hair());
    int outlined = 0;
    for_each_node(figure, [&](dice_node& node) {
        for (const auto& attribute : node.attributes)
            if (attribute.name == "fill" && attribute.color == "hair") {
                EXPECT_EQ(attribute.value, "#aabbcc");
                node.set("stroke", "#112233");
                ++outlined;
                break;
            }
    });
    EXPECT_EQ(outlined, 2);
    const auto svg = to_svg(figure);
    EXPECT_NE(svg.find("fill=\"#aabbcc\" stroke=\"#112233\""), std::string::npos);
}

TEST(dice_figure, the_clip_can_be_dropped) {
    auto figure = build_figure(lorelei(), long_hair());
    EXPECT_NE(to_svg(figure).find("clip-path="), std::string::npos);
    figure.clip.reset();
    EXPECT_EQ(to_svg(figure).find("clipPath"), std::string::npos);
    EXPECT_EQ(to_svg(figure).find("clip-path="), std::string::npos);
}

TEST(dice_figure, prefixed_ids_still_fit_their_references) {
    auto options = long_hair();
    options.components["beard"].probability = 100;
    options.colors["hair"] = {{{"#123", "#456"}}, {"linear"}, {}, {}, true};
    auto figure = build_figure(lorelei(), options);
    const auto before = ids_of(to_svg(figure));
    prefix_ids(figure, "f1-");
    const auto svg = to_svg(figure);
    const auto ids = ids_of(svg);
    EXPECT_EQ(ids.size(), before.size());
    for (const auto& id : ids) EXPECT_TRUE(id.starts_with("f1-")) << id;
    for (const auto& reference : references_of(svg))
        EXPECT_TRUE(ids.contains(reference)) << reference;
    EXPECT_GE(references_of(svg).size(), 8U);
}

TEST(dice_figure, parts_make_up_the_document) {
    const auto figure = build_figure(lorelei(), long_hair());
    const auto svg = to_svg(figure);
    EXPECT_NE(svg.find("<defs>" + definitions_svg(figure) + "</defs>"), std::string::npos);
    EXPECT_TRUE(svg.ends_with(body_svg(figure) + "</svg>"));
}

TEST(dice_color, forms_of_hex) {
    EXPECT_EQ(normal_hex("AbC"), "#aabbcc");
    EXPECT_EQ(normal_hex("#abcd"), "#aabbccdd");
    EXPECT_EQ(normal_hex("#A1B2C3"), "#a1b2c3");
    EXPECT_EQ(normal_hex("a1b2c3d4"), "#a1b2c3d4");
}

TEST(dice_svg, numbers) {
    const std::pair<double, const char*> rows[] = {
        {0, "0"},
        {-0.0, "0"},
        {12, "12"},
        {1.5, "1.5"},
        {-1.25, "-1.25"},
        {0.1, "0.1"},
        {0.000004, "0"},
        {1e-5, "0.00001"},
        {-1e-5, "-0.00001"},
        {980, "980"},
        {123456.789, "123456.789"},
        {99.999999, "100"},
        {-0.000005, "0"},
    };
    for (const auto& [value, text] : rows) EXPECT_EQ(svg_number(value), text) << value;
}

TEST(dice_svg, escapes) {
    EXPECT_EQ(xml_escape("<a b='c' d=\"e\">&"), "&lt;a b=&apos;c&apos; d=&quot;e&quot;&gt;&amp;");
}

}  // namespace
}  // namespace medusa::sketch
