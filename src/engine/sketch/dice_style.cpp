// Reads a style definition: the JSON schema of @dicebear/styles 10.6, as far as figures need it.
#include <algorithm>
#include <boost/json.hpp>
#include <exception>

#include "core/error.hpp"
#include "engine/sketch/dice.hpp"

namespace medusa::sketch {
namespace {

namespace json = boost::json;

constexpr std::size_t max_json_depth = 64;

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value ? std::string(value->as_string()) : std::string();
}

double number_or(const json::object& object, std::string_view key, double otherwise) {
    const auto* value = object.if_contains(key);
    return value ? value->to_number<double>() : otherwise;
}

std::vector<std::string> texts_of(const json::object& object, std::string_view key) {
    std::vector<std::string> texts;
    if (const auto* value = object.if_contains(key))
        for (const auto& text : value->as_array()) texts.emplace_back(text.as_string());
    return texts;
}

std::optional<dice_range> range_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (!value) return std::nullopt;
    const auto& range = value->as_object();
    return dice_range{range.at("min").to_number<double>(), range.at("max").to_number<double>(),
                      number_or(range, "step", 0)};
}

std::vector<dice_attribute> parse_attributes(const json::object& object) {
    std::vector<dice_attribute> attributes;
    const auto* found = object.if_contains("attributes");
    if (!found) return attributes;
    for (const auto& [name, value] : found->as_object()) {
        if (value.is_string()) {
            attributes.push_back({std::string(name), std::string(value.as_string()), {}});
            continue;
        }
        const auto& reference = value.as_object();
        if (reference.at("type").as_string() != "color")
            throw error(errc::internal, "the drawing style uses initials or fonts");
        attributes.push_back({std::string(name), {}, text_of(reference, "name")});
    }
    return attributes;
}

std::vector<dice_node> parse_elements(const json::object& object, std::string_view key) {
    std::vector<dice_node> nodes;
    const auto* found = object.if_contains(key);
    if (!found) return nodes;
    for (const auto& value : found->as_array()) {
        const auto& element = value.as_object();
        const auto& type = element.at("type").as_string();
        auto& node = nodes.emplace_back();
        if (type == "text") {
            node.kind = dice_node::kind_t::text;
            node.value = text_of(element, "value");
        } else if (type == "component") {
            node.kind = dice_node::kind_t::component;
            node.component = text_of(element, "name");
            node.attributes = parse_attributes(element);
        } else {
            node.name = text_of(element, "name");
            node.attributes = parse_attributes(element);
            node.children = parse_elements(element, "children");
        }
    }
    return nodes;
}

dice_component parse_component(std::string_view name, const json::object& object) {
    dice_component component;
    component.name = name;
    component.source = object.contains("extends") ? text_of(object, "extends") : component.name;
    if (component.source != component.name) return component;
    component.width = object.at("width").to_number<double>();
    component.height = object.at("height").to_number<double>();
    component.probability = number_or(object, "probability", 100);
    component.rotate = range_of(object, "rotate");
    component.scale = range_of(object, "scale");
    if (const auto* translate = object.if_contains("translate")) {
        component.translate_x = range_of(translate->as_object(), "x");
        component.translate_y = range_of(translate->as_object(), "y");
    }
    for (const auto& [variant, value] : object.at("variants").as_object()) {
        const auto& details = value.as_object();
        component.variants.push_back({std::string(variant), number_or(details, "weight", 1),
                                      texts_of(details, "tags"),
                                      parse_elements(details, "elements")});
    }
    return component;
}

dice_credit parse_credit(const json::object& style) {
    dice_credit credit;
    const auto* meta = style.if_contains("meta");
    if (!meta) return credit;
    const auto part = [&](std::string_view name) {
        const auto* found = meta->as_object().if_contains(name);
        return found ? found->as_object() : json::object();
    };
    const auto source = part("source");
    const auto creator = part("creator");
    const auto license = part("license");
    credit.source_name = text_of(source, "name");
    credit.source_url = text_of(source, "url");
    credit.creator_name = text_of(creator, "name");
    credit.creator_url = text_of(creator, "url");
    credit.license_name = text_of(license, "name");
    credit.license_url = text_of(license, "url");
    credit.license_text = text_of(license, "text");
    return credit;
}

void check_aliases(const dice_style& style) {
    for (const auto& component : style.components) {
        const auto* source = style.find_component(component.source);
        if (!source || source->source != source->name)
            throw error(errc::internal,
                        "the drawing style has a component that copies nothing: " + component.name);
    }
}

dice_style parse_object(const json::object& object) {
    dice_style style;
    style.credit = parse_credit(object);
    style.attributes = parse_attributes(object);
    const auto& canvas = object.at("canvas").as_object();
    style.width = canvas.at("width").to_number<double>();
    style.height = canvas.at("height").to_number<double>();
    style.elements = parse_elements(canvas, "elements");
    if (const auto* components = object.if_contains("components"))
        for (const auto& [name, value] : components->as_object())
            style.components.push_back(parse_component(name, value.as_object()));
    if (const auto* colors = object.if_contains("colors"))
        for (const auto& [name, value] : colors->as_object()) {
            const auto& color = value.as_object();
            style.palettes.push_back({std::string(name), texts_of(color, "values"),
                                      texts_of(color, "notEqualTo"), text_of(color, "contrastTo")});
        }
    check_aliases(style);
    return style;
}

template <typename Item>
const Item* find_named(const std::vector<Item>& items, std::string_view name) {
    const auto found = std::find_if(items.begin(), items.end(),
                                    [&](const Item& item) { return item.name == name; });
    return found == items.end() ? nullptr : &*found;
}

}  // namespace

const dice_component* dice_style::find_component(std::string_view name) const {
    return find_named(components, name);
}

const dice_palette* dice_style::find_palette(std::string_view name) const {
    return find_named(palettes, name);
}

dice_style parse_style(std::string_view text) {
    json::parse_options options;
    options.max_depth = max_json_depth;
    try {
        return parse_object(json::parse(text, {}, options).as_object());
    } catch (const error&) {
        throw;
    } catch (const std::exception& cause) {
        throw error(errc::internal, std::string("the drawing style is damaged: ") + cause.what());
    }
}

}  // namespace medusa::sketch
