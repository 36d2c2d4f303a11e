#include "engine/sketch/fragment_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "engine/sketch/svg_values.hpp"

namespace medusa::sketch {
namespace {

using std::string_view_literals::operator""sv;

// Lists of names have a blank between them.
constexpr auto shapes = "path rect circle ellipse line polyline polygon use"sv;
constexpr auto others = "svg defs g clipPath linearGradient radialGradient stop"sv;

constexpr auto texts =
    "id fill fill-rule clip-rule stroke stroke-linecap stroke-linejoin xmlns xmlns:m stop-color "
    "gradientUnits spreadMethod href clip-path clipPathUnits"sv;
constexpr auto colours = "fill stroke stop-color"sv;
constexpr auto numbers =
    "x y width height cx cy r rx ry x1 y1 x2 y2 fx fy fill-opacity stroke-width stroke-opacity "
    "stroke-dashoffset offset stop-opacity"sv;
constexpr auto number_lists = "points stroke-dasharray viewBox"sv;
constexpr auto transforms = "transform gradientTransform"sv;

// Our own elements: attributes that hold one or two numbers, and others.
struct own_element {
    std::string_view name, numbers, texts;
};
constexpr own_element own_elements[] = {
    {"m:palette", "", ""},  // its attributes are slots
    {"m:light", "side strength", "time colour rim shade"},
    {"m:scatter", "count x y scale rotate fade flip", "key layout recede"},
    {"m:repeat", "cols rows x y stagger chance scale rotate fade", "key"},
    {"m:choose", "", "key"},
};

// Attributes of ours on any element but the svg element, whose depend on the folder: see lint.cpp.
constexpr auto any_texts = "m:layer m:when m:weight"sv;

constexpr auto times = "day dusk night"sv;

const own_element* own_element_of(std::string_view name) {
    const auto* found = std::find_if(std::begin(own_elements), std::end(own_elements),
                                     [&](const auto& one) { return one.name == name; });
    return found == std::end(own_elements) ? nullptr : found;
}

// What a reference points at; empty when `value` is none.
std::string_view target_of(std::string_view name, std::string_view value) {
    if (name == "href") return value.substr(std::min<std::size_t>(1, value.size()));
    if (value.starts_with("url(#") && value.ends_with(')'))
        return value.substr(5, value.size() - 6);
    return {};
}

class checker {
public:
    explicit checker(std::string_view text) : text_(text) {}

    void check(const pugi::xml_document& tree) {
        const auto root = tree.document_element();
        if (root.name() != "svg"sv) refuse(root, "the file is no svg");
        for (const auto& top : tree.children())
            if (top != root) refuse(root, "nothing may stand outside the svg element");
        collect_ids(root);
        once_each(root);
        for (const auto& own : root.attributes()) root_attribute(root, own);
        for (const auto& child : root.children()) element(child, true);
    }

private:
    [[noreturn]] void refuse(const pugi::xml_node& node, std::string_view why) const {
        throw error(errc::internal, fmt::format("{}: {}", place_of(node, text_), why));
    }
    [[noreturn]] void refuse(const pugi::xml_node& node, const pugi::xml_attribute& own,
                             std::string_view expected) const {
        refuse(node, fmt::format("{}=\"{}\" must be {}", own.name(), own.value(), expected));
    }

    void collect_ids(const pugi::xml_node& node) {
        if (const auto id = node.attribute("id"); id && !ids_.insert(id.value()).second)
            refuse(node, "this id occurs twice");
        for (const auto& child : node.children()) collect_ids(child);
    }

    void element(const pugi::xml_node& node, bool top) const {
        if (node.type() != pugi::node_element) refuse(node.parent(), "text is not allowed");
        const std::string_view name = node.name();
        const auto* own = own_element_of(name);
        if (own == nullptr && !holds_word(shapes, name) && !holds_word(others, name))
            refuse(node, "this element is not allowed");
        once_each(node);
        for (const auto& one : node.attributes()) {
            if (std::string_view(one.name()).starts_with("m:"))
                our_attribute(node, one, top);
            else if (own != nullptr)
                own_attribute(node, *own, one);
            else
                svg_attribute(node, one);
        }
        const bool keyed = name == "m:scatter" || name == "m:choose";
        if (keyed && !node.attribute("key")) refuse(node, "the attribute key is missing");
        const bool note = name == "m:palette" || name == "m:light";
        if (note && !top) refuse(node, "this belongs directly into the svg element");
        stamps(node);
        for (const auto& child : node.children()) element(child, false);
    }

    void once_each(const pugi::xml_node& node) const {
        for (const auto& one : node.attributes())
            if (node.attribute(one.name()) != one)
                refuse(node, fmt::format("the attribute {} occurs twice", one.name()));
    }

    void root_attribute(const pugi::xml_node& root, const pugi::xml_attribute& own) const {
        const std::string_view name = own.name();
        const std::string_view value = own.value();
        if (!name.starts_with("m:")) return svg_attribute(root, own);
        const bool reach = name == "m:top" || name.ends_with("-top") || name.ends_with("-foot") ||
                           name.ends_with("-wide");
        if (reach && !svg_value(value)) refuse(root, own, "a number");
        const bool answer = name == "m:indoor" || name == "m:dyed" || name == "m:mirror";
        if (answer && value != "yes" && value != "no") refuse(root, own, "yes or no");
        if (name == "m:hair-clip" && !is_path_data(value)) refuse(root, own, "path data");
        if (name == "m:words")
            for (const auto& word : split(value, ','))
                if (collapse_spaces(word).empty() || to_lower(word) != word)
                    refuse(root, own, "words in lower case with a comma between them");
    }

    // m:layer, m:when and m:weight.
    void our_attribute(const pugi::xml_node& node, const pugi::xml_attribute& own, bool top) const {
        const std::string_view name = own.name();
        const std::string_view value = own.value();
        if (!holds_word(any_texts, name))
            refuse(node,
                   fmt::format("the attribute {} is not read here; there are {}", name, any_texts));
        if (name == "m:layer" && !top)
            refuse(node, "m:layer belongs on a child of the svg element");
        if (name == "m:weight" && !(svg_value(value).value_or(0) > 0))
            refuse(node, own, "a number above 0");
        if (name == "m:when")
            for (const auto& time : split(value, ' '))
                if (!holds_word(times, time)) refuse(node, own, "some of day, dusk, night");
    }

    void own_attribute(const pugi::xml_node& node, const own_element& kind,
                       const pugi::xml_attribute& own) const {
        const std::string_view name = own.name();
        const std::string_view value = own.value();
        if (name == "time" && !holds_word(times, value)) refuse(node, own, "day, dusk or night");
        if (kind.name == "m:palette") {
            if (name != "time" && !is_hex_colour(value) && !svg_value(value))
                refuse(node, own, "#rrggbb in lower case or a number");
        } else if (holds_word(kind.numbers, name)) {
            const auto found = svg_values(value);
            if (!found || found->empty() || found->size() > 2)
                refuse(node, own, "one or two numbers");
        } else if (!holds_word(kind.texts, name)) {
            refuse(node, fmt::format("the attribute {} is not read; there are {} {}", name,
                                     kind.numbers, kind.texts));
        }
        if (kind.name == "m:light" && holds_word("colour rim shade", name) && !is_hex_colour(value))
            refuse(node, own, "#rrggbb in lower case");
        if (name == "layout" && value != "row" && value != "random")
            refuse(node, own, "row or random");
        if (name == "recede" && value != "yes" && value != "no") refuse(node, own, "yes or no");
    }

    void stamps(const pugi::xml_node& node) const {
        double most = 1;
        for (const auto* name : {"count", "cols", "rows"}) {
            const auto found = svg_values(node.attribute(name).value());
            if (!found || found->empty()) continue;
            if (found->front() < 0 || found->back() < found->front())
                refuse(node, node.attribute(name), "not below 0, and the smaller number first");
            most *= found->back();
        }
        if (most > max_stamps)
            refuse(node, fmt::format("{} stamps are more than {}", most, max_stamps));
    }

    void svg_attribute(const pugi::xml_node& node, const pugi::xml_attribute& own) const {
        const std::string_view name = own.name();
        const std::string_view value = own.value();
        if (value.find_first_of("<>&\"\\") != std::string_view::npos)
            refuse(node, fmt::format("odd characters in the attribute {}", name));
        const bool slot = value.size() > 1 && value.front() == '$';
        const bool number = holds_word(numbers, name);
        if (number && !slot && !svg_value(value)) refuse(node, own, "a number or a $slot");
        if (holds_word(number_lists, name) && !svg_values(value)) refuse(node, own, "numbers");
        if (holds_word(transforms, name) && !is_transform(value))
            refuse(node, own, "translate(x y), scale(s), rotate(degrees) or a row of them");
        if (name == "d" && !is_path_data(value))
            refuse(node, fmt::format("d=\"{}...\" is no path", value.substr(0, 20)));
        const bool known = number || name == "d" || holds_word(number_lists, name) ||
                           holds_word(transforms, name) || holds_word(texts, name);
        if (!known) refuse(node, fmt::format("the attribute {} is not allowed", name));
        if (holds_word(colours, name) && !slot) colour(node, own);
        reference(node, own);
    }

    void colour(const pugi::xml_node& node, const pugi::xml_attribute& own) const {
        const std::string_view value = own.value();
        if (value != "none" && !value.starts_with("url(#") && !is_hex_colour(value))
            refuse(node, own, "#rrggbb in lower case, $slot, url(#id) or none");
    }

    void reference(const pugi::xml_node& node, const pugi::xml_attribute& own) const {
        const std::string_view name = own.name();
        const std::string_view value = own.value();
        if (name == "href" && !value.starts_with('#'))
            refuse(node, "a reference must stay inside the file");
        const bool refers = name == "href" || value.find("url(") != std::string_view::npos;
        if (refers && !ids_.contains(target_of(name, value)))
            refuse(node, fmt::format("{} points at nothing in this file", value));
    }

    std::string_view text_;
    std::set<std::string_view> ids_;
};

}  // namespace

std::string place_of(const pugi::xml_node& node, std::string_view text) {
    const auto offset = std::max<std::ptrdiff_t>(0, node.offset_debug());
    const auto end = text.begin() + std::min<std::ptrdiff_t>(offset, std::ssize(text));
    const std::string_view id = node.attribute("id").value();
    return fmt::format("line {}, <{}{}{}>", 1 + std::count(text.begin(), end, '\n'), node.name(),
                       id.empty() ? "" : " id=", id);
}

void check_fragment(const pugi::xml_document& tree, std::string_view text) {
    checker(text).check(tree);
}

}  // namespace medusa::sketch
