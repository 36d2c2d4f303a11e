#include "engine/sketch/fragment_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <pugixml.hpp>
#include <set>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace medusa::sketch {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array elements = {"svg"sv,
                                 "defs"sv,
                                 "g"sv,
                                 "path"sv,
                                 "rect"sv,
                                 "circle"sv,
                                 "ellipse"sv,
                                 "line"sv,
                                 "polyline"sv,
                                 "polygon"sv,
                                 "use"sv,
                                 "clipPath"sv,
                                 "linearGradient"sv,
                                 "radialGradient"sv,
                                 "stop"sv,
                                 "m:light"sv,
                                 "m:scatter"sv,
                                 "m:repeat"sv,
                                 "m:choose"sv,
                                 "m:palette"sv};

constexpr std::array attributes = {"id"sv,
                                   "d"sv,
                                   "x"sv,
                                   "y"sv,
                                   "width"sv,
                                   "height"sv,
                                   "cx"sv,
                                   "cy"sv,
                                   "r"sv,
                                   "rx"sv,
                                   "ry"sv,
                                   "x1"sv,
                                   "y1"sv,
                                   "x2"sv,
                                   "y2"sv,
                                   "fx"sv,
                                   "fy"sv,
                                   "points"sv,
                                   "fill"sv,
                                   "fill-opacity"sv,
                                   "fill-rule"sv,
                                   "clip-rule"sv,
                                   "stroke"sv,
                                   "stroke-width"sv,
                                   "stroke-opacity"sv,
                                   "stroke-linecap"sv,
                                   "stroke-linejoin"sv,
                                   "stroke-dasharray"sv,
                                   "stroke-dashoffset"sv,
                                   "transform"sv,
                                   "viewBox"sv,
                                   "xmlns"sv,
                                   "xmlns:m"sv,
                                   "offset"sv,
                                   "stop-color"sv,
                                   "stop-opacity"sv,
                                   "gradientUnits"sv,
                                   "gradientTransform"sv,
                                   "spreadMethod"sv,
                                   "href"sv,
                                   "clip-path"sv,
                                   "clipPathUnits"sv};

constexpr std::array colours = {"fill"sv, "stroke"sv, "stop-color"sv};

bool contains(const auto& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

[[noreturn]] void refuse(const pugi::xml_node& node, std::string_view why) {
    throw error(errc::internal,
                fmt::format("drawing: <{}>{} at byte {}: {}", node.name(),
                            node.attribute("id").value(), node.offset_debug(), why));
}

bool is_hex_colour(std::string_view value) {
    const auto digits = value.substr(std::min<std::size_t>(1, value.size()));
    return value.starts_with('#') && (digits.size() == 3 || digits.size() == 6) &&
           digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void check_colour(const pugi::xml_node& node, std::string_view value) {
    if (value == "none" || value.starts_with("url(#") || is_hex_colour(value)) return;
    if (value.size() < 2 || value.front() != '$')
        refuse(node,
               fmt::format("'{}' is no #rrggbb in lower case, $slot, url(#id) or none", value));
}

// What a reference points at; empty when `value` is none.
std::string_view target_of(std::string_view name, std::string_view value) {
    if (name == "href") return value.substr(std::min<std::size_t>(1, value.size()));
    if (value.starts_with("url(#") && value.ends_with(')'))
        return value.substr(5, value.size() - 6);
    return {};
}

void check_attribute(const pugi::xml_node& node, const pugi::xml_attribute& attribute,
                     const std::set<std::string_view>& ids) {
    const std::string_view name = attribute.name();
    const std::string_view value = attribute.value();
    const bool ours = std::string_view(node.name()).starts_with("m:");
    if (!ours && !name.starts_with("m:") && !contains(attributes, name))
        refuse(node, fmt::format("the attribute {} is not allowed", name));
    if (value.find_first_of("<>&\"\\") != std::string_view::npos)
        refuse(node, fmt::format("odd characters in the attribute {}", name));
    if (!ours && contains(colours, name)) check_colour(node, value);

    const bool reference = name == "href" || value.find("url(") != std::string_view::npos;
    if (name == "href" && !value.starts_with('#'))
        refuse(node, "a reference must stay inside the file");
    if (reference && !ids.contains(target_of(name, value)))
        refuse(node, fmt::format("{} points at nothing in this file", value));
}

void check_node(const pugi::xml_node& node, const std::set<std::string_view>& ids) {
    if (node.type() != pugi::node_element) refuse(node.parent(), "text is not allowed");
    if (!contains(elements, node.name())) refuse(node, "this element is not allowed");
    for (const auto& attribute : node.attributes()) check_attribute(node, attribute, ids);
    const std::string_view name = node.name();
    const bool keyed = name == "m:scatter" || name == "m:choose";
    if (keyed && !node.attribute("key")) refuse(node, "the attribute key is missing");
    for (const auto& child : node.children()) check_node(child, ids);
}

void collect_ids(const pugi::xml_node& node, std::set<std::string_view>& ids) {
    if (const auto id = node.attribute("id"); id && !ids.insert(id.value()).second)
        refuse(node, "this id occurs twice");
    for (const auto& child : node.children()) collect_ids(child, ids);
}

}  // namespace

void check_fragment(const pugi::xml_document& tree) {
    const auto root = tree.document_element();
    if (std::string_view(root.name()) != "svg") refuse(root, "the file is no svg");
    for (const auto& top : tree.children())
        if (top != root) refuse(root, "nothing may stand outside the svg element");
    std::set<std::string_view> ids;
    collect_ids(root, ids);
    check_node(root, ids);
}

}  // namespace medusa::sketch
