#include "engine/sketch/fragment.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/error.hpp"

namespace medusa::sketch {
namespace {

std::string svg(std::string_view body) {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:m=\"urn:medusa:sketch\" "
        "m:group=\"hat\" viewBox=\"0 0 10 10\">{}</svg>",
        body);
}

std::string drawn(std::string_view body, const slot_map& slots = {}, std::string_view seed = "s") {
    return parse_fragment(svg(body)).instantiate("body", slots, "p-", seed);
}

std::size_t count(std::string_view text, std::string_view word) {
    std::size_t found = 0;
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
        ++found;
    return found;
}

TEST(fragment, fills_slots_and_prefers_the_callers) {
    const auto body = R"(<m:palette main="#111111" rest="#222222"/><path d="M0 0" fill="$main"/>
                         <path d="M1 1" stroke="$rest"/>)";
    EXPECT_EQ(drawn(body, {{"main", "#abcdef"}}),
              R"(<path d="M0 0" fill="#abcdef"/><path d="M1 1" stroke="#222222"/>)");
    EXPECT_THROW(drawn(R"(<path d="M0 0" fill="$nobody"/>)"), error);
}

TEST(fragment, prefixes_every_id_and_reference) {
    const auto piece = parse_fragment(svg(
        R"x(<defs><linearGradient id="a"><stop offset="0" stop-color="#000000"/></linearGradient>
           <clipPath id="c"><rect width="1" height="1"/></clipPath></defs>
           <g m:layer="back" clip-path="url(#c)"><rect id="r" fill="url(#a)"/>
           <use href="#r"/></g>)x"));
    EXPECT_EQ(piece.instantiate("back", {}, "p-"),
              R"x(<g clip-path="url(#p-c)"><rect id="p-r" fill="url(#p-a)"/>)x"
              R"x(<use href="#p-r"/></g>)x");
    EXPECT_EQ(piece.instantiate("defs", {}, "p-").substr(0, 26), R"(<linearGradient id="p-a"><)");
}

TEST(fragment, keeps_layers_apart) {
    const auto piece = parse_fragment(
        svg(R"(<g m:layer="back"><path d="M0 0"/></g><path d="M1 1"/><path d="M2 2"/>)"));
    EXPECT_EQ(piece.layers(), (std::vector<std::string>{"back", "body"}));
    EXPECT_EQ(piece.instantiate("body", {}, ""), R"(<path d="M1 1"/><path d="M2 2"/>)");
    EXPECT_EQ(piece.instantiate("front", {}, ""), "");
    EXPECT_FALSE(piece.has_layer("front"));
}

TEST(fragment, tells_its_attributes_and_notes) {
    const auto piece = parse_fragment(
        svg(R"(<m:light time="day" colour="#ffffff"/><m:light time="night" colour="#0000ff"/>)"));
    EXPECT_EQ(piece.attribute("group"), "hat");
    EXPECT_EQ(piece.attribute("none"), std::nullopt);
    EXPECT_EQ(piece.note("light", "night").at("colour"), "#0000ff");
    EXPECT_TRUE(piece.note("light", "dusk").empty());
}

TEST(fragment, draws_parts_only_at_their_times) {
    const auto body = R"(<rect m:when="dusk night" width="1" height="1"/>)";
    EXPECT_EQ(drawn(body, {{"time", "day"}}), "");
    EXPECT_EQ(drawn(body, {{"time", "night"}}), R"(<rect width="1" height="1"/>)");
}

TEST(fragment, scatters_by_seed_within_the_ranges) {
    const auto body =
        R"(<m:scatter key="k" count="5" x="10 20" y="7 7" scale="2 2"><rect/></m:scatter>)";
    EXPECT_EQ(drawn(body), drawn(body));
    EXPECT_NE(drawn(body), drawn(body, {}, "another seed"));
    EXPECT_EQ(count(drawn(body), "<rect/>"), 5U);
    EXPECT_EQ(count(drawn(body), "translate(1"), 5U) << drawn(body);
    EXPECT_EQ(count(drawn(body), " 7) scale(2)"), 5U) << drawn(body);
}

TEST(fragment, draws_receding_stamps_from_far_to_near) {
    const auto text = drawn(
        R"(<m:scatter key="k" count="9" y="100 200" scale="1 3" recede="yes"><rect/></m:scatter>)");
    double before = 0;
    std::size_t seen = 0;
    for (auto at = text.find("translate(0 "); at != std::string::npos;
         at = text.find("translate(0 ", at + 1), ++seen) {
        const double y = std::stod(text.substr(at + 12));
        EXPECT_GE(y, before);
        before = y;
    }
    EXPECT_EQ(seen, 9U);
}

TEST(fragment, repeats_in_rows_and_columns) {
    EXPECT_EQ(
        drawn(R"(<m:repeat cols="2" rows="2" x="1 10" y="2 20" stagger="5"><rect/></m:repeat>)"),
        "<g transform=\"translate(1 2)\"><rect/></g><g transform=\"translate(11 2)\"><rect/>"
        "</g><g transform=\"translate(6 22)\"><rect/></g><g transform=\"translate(16 22)\">"
        "<rect/></g>");
    const auto some =
        drawn(R"(<m:repeat key="k" cols="20" rows="20" chance="0.5"><rect/></m:repeat>)");
    EXPECT_GT(count(some, "<rect/>"), 120U);
    EXPECT_LT(count(some, "<rect/>"), 280U);
}

TEST(fragment, chooses_one_child_by_seed_and_weight) {
    const auto body = R"(<m:scatter key="k" count="100">
        <m:choose key="c"><rect m:weight="9"/><circle r="1"/></m:choose></m:scatter>)";
    const auto rects = count(drawn(body), "<rect/>");
    EXPECT_EQ(rects + count(drawn(body), "<circle"), 100U);
    EXPECT_GT(rects, 75U);
    EXPECT_LT(rects, 100U);
}

class refused : public testing::TestWithParam<const char*> {};

TEST_P(refused, whatever_is_outside_the_subset) {
    EXPECT_THROW(drawn(GetParam()), error);
}

INSTANTIATE_TEST_SUITE_P(
    fragment, refused,
    testing::Values("<text>hi</text>", "words", "<g opacity=\"0.5\"/>", "<g style=\"fill:red\"/>",
                    "<filter id=\"f\"/>", "<g filter=\"none\"/>", "<image href=\"#a\"/>",
                    "<script/>", "<use href=\"file.svg\"/>", "<use href=\"#missing\"/>",
                    "<rect fill=\"url(#missing)\"/>", "<rect fill=\"red\"/>",
                    "<rect fill=\"#ABCDEF\"/>", "<g id=\"a\"/><g id=\"a\"/>",
                    "<m:scatter count=\"3\"/>", "<m:scatter key=\"k\" count=\"9999\"/>",
                    "<m:scatter key=\"k\" count=\"1 2 3\"/>", "<rect", "<g onclick=\"x\"/>",
                    "<?php x?>"));

TEST(fragment, refuses_a_doctype) {
    EXPECT_THROW(parse_fragment("<!DOCTYPE svg [<!ENTITY e 'x'>]>" + svg("")), error);
}

}  // namespace
}  // namespace medusa::sketch
