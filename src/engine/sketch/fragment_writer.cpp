#include "engine/sketch/fragment_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "engine/sketch/svg_values.hpp"

namespace medusa::sketch {
namespace {

// The numbers of an attribute, which check_fragment() saw: none, one or two.
std::vector<double> numbers(const pugi::xml_node& node, const char* name) {
    return svg_values(node.attribute(name).value()).value_or(std::vector<double>());
}

double first(const pugi::xml_node& node, const char* name, double fallback) {
    const auto found = numbers(node, name);
    return found.empty() ? fallback : found.front();
}

double second(const pugi::xml_node& node, const char* name, double fallback) {
    const auto found = numbers(node, name);
    return found.size() < 2 ? fallback : found.back();
}

// Two decimals are a hundredth of a pixel.
std::string short_number(double value) {
    auto text = fmt::format("{:.2f}", value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text == "-0" ? "0" : text;
}

}  // namespace

fragment_writer::fragment_writer(const slot_map& slots, std::string_view prefix,
                                 std::string_view seed)
    : slots_(slots), prefix_(prefix), random_(seed), key_(prefix) {}

void fragment_writer::write(const pugi::xml_node& node) {
    if (const auto when = node.attribute("m:when")) {
        const auto time = slots_.find("time");
        if (time == slots_.end() || !holds_word(when.value(), time->second)) return;
    }
    const std::string_view name = node.name();
    if (name == "m:scatter")
        scatter(node);
    else if (name == "m:repeat")
        repeat(node);
    else if (name == "m:choose")
        choose(node);
    else
        element(node);
}

void fragment_writer::element(const pugi::xml_node& node) {
    out_ += fmt::format("<{}", node.name());
    for (const auto& own : node.attributes()) attribute(own);
    if (!node.first_child()) {
        out_ += "/>";
        return;
    }
    out_ += '>';
    for (const auto& child : node.children()) write(child);
    out_ += fmt::format("</{}>", node.name());
}

void fragment_writer::attribute(const pugi::xml_attribute& attribute) {
    const std::string_view name = attribute.name();
    if (name.starts_with("m:")) return;
    std::string value = attribute.value();
    if (name == "id") {
        value.insert(0, prefix_);
    } else if (name == "href") {
        value.insert(1, prefix_);
    } else if (value.starts_with("url(#")) {
        value.insert(5, prefix_);
    } else if (value.starts_with('$')) {
        const auto slot = slots_.find(std::string_view(value).substr(1));
        if (slot == slots_.end())
            throw error(errc::internal, fmt::format("drawing: the slot {} has no value", value));
        value = slot->second;
    }
    out_ += fmt::format(" {}=\"{}\"", name, value);
}

double fragment_writer::draw(const pugi::xml_node& node, const char* name, double fallback,
                             const std::string& key) const {
    const double low = first(node, name, fallback);
    return random_.floating(key + name, low, second(node, name, low));
}

void fragment_writer::scatter(const pugi::xml_node& node) {
    const auto key = fmt::format("{}{}.", key_, node.attribute("key").value());
    const int count = static_cast<int>(draw(node, "count", 1, key));
    const std::string_view layout = node.attribute("layout").as_string("random");
    const bool recede = node.attribute("recede").as_bool();
    const double left = first(node, "x", 0);
    const double cell = (second(node, "x", left) - left) / std::max(count, 1);
    const double top = first(node, "y", 0);
    const double depth = std::max(second(node, "y", top) - top, 1e-9);

    std::vector<std::pair<placing, std::string>> stamps;
    for (int i = 0; i < count; ++i) {
        const auto own = fmt::format("{}{}.", key, i);
        placing place;
        place.x = layout == "row" ? left + cell * (i + random_.floating(own + "x", 0, 1))
                                  : draw(node, "x", 0, own);
        place.y = draw(node, "y", 0, own);
        place.scale = draw(node, "scale", 1, own);
        if (recede)
            place.scale = std::lerp(first(node, "scale", 1), second(node, "scale", 1),
                                    (place.y - top) / depth);
        place.rotate = draw(node, "rotate", 0, own);
        place.fade = draw(node, "fade", 1, own);
        place.flip = random_.floating(own + "flip", 0, 1) < first(node, "flip", 0);
        stamps.emplace_back(place, own);
    }
    // What stands lower is nearer, hence drawn later.
    if (recede)
        std::stable_sort(stamps.begin(), stamps.end(),
                         [](const auto& a, const auto& b) { return a.first.y < b.first.y; });
    for (const auto& [place, own] : stamps) stamp(node, place, own);
}

void fragment_writer::repeat(const pugi::xml_node& node) {
    const auto key = fmt::format("{}{}.", key_, node.attribute("key").value());
    const int cols = static_cast<int>(first(node, "cols", 1));
    const int rows = static_cast<int>(first(node, "rows", 1));
    const double chance = first(node, "chance", 1);
    for (int row = 0; row < rows; ++row) {
        for (int col = 0; col < cols; ++col) {
            const auto own = fmt::format("{}{}.{}.", key, row, col);
            if (random_.floating(own + "chance", 0, 1) >= chance) continue;
            const double stagger = row % 2 == 1 ? first(node, "stagger", 0) : 0;
            placing place;
            place.x = first(node, "x", 0) + col * second(node, "x", 0) + stagger;
            place.y = first(node, "y", 0) + row * second(node, "y", 0);
            place.scale = draw(node, "scale", 1, own);
            place.rotate = draw(node, "rotate", 0, own);
            place.fade = draw(node, "fade", 1, own);
            stamp(node, place, own);
        }
    }
}

void fragment_writer::stamp(const pugi::xml_node& node, const placing& place,
                            const std::string& key) {
    auto transform = fmt::format("translate({} {})", short_number(place.x), short_number(place.y));
    if (place.rotate != 0) transform += fmt::format(" rotate({})", short_number(place.rotate));
    if (place.flip)
        transform += fmt::format(" scale(-{0} {0})", short_number(place.scale));
    else if (place.scale != 1)
        transform += fmt::format(" scale({})", short_number(place.scale));
    out_ += fmt::format("<g transform=\"{}\"", transform);
    if (place.fade != 1) out_ += fmt::format(" fill-opacity=\"{}\"", short_number(place.fade));
    out_ += '>';
    const auto outer = std::exchange(key_, key);
    for (const auto& child : node.children()) write(child);
    key_ = outer;
    out_ += "</g>";
}

void fragment_writer::choose(const pugi::xml_node& node) {
    double total = 0;
    for (const auto& child : node.children()) total += first(child, "m:weight", 1);
    double left =
        random_.floating(fmt::format("{}{}.choose", key_, node.attribute("key").value()), 0, total);
    for (const auto& child : node.children()) {
        left -= first(child, "m:weight", 1);
        if (left >= 0 && child != node.last_child()) continue;
        write(child);
        return;
    }
}

}  // namespace medusa::sketch
