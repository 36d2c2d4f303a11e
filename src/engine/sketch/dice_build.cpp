// Walks a style's elements and turns them into a figure: DiceBear's renderer, except that it makes
// a tree and not a text.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "engine/sketch/dice.hpp"
#include "engine/sketch/dice_resolve.hpp"

namespace medusa::sketch {
namespace {

constexpr int max_nesting = 64;  // of components and elements: a style that holds itself ends here

std::string hex8(std::uint32_t value) {
    std::string hex(8, '0');
    for (auto digit = hex.rbegin(); digit != hex.rend(); ++digit, value >>= 4)
        *digit = "0123456789abcdef"[value & 15];
    return hex;
}

class builder {
public:
    builder(const dice_style& style, const dice_options& options)
        : style_(style),
          options_(options),
          draw_(style, options),
          hash_(hex8(fnv1a(style.credit.source_name + ":" + options.seed))) {}

    dice_figure build() {
        figure_.width = style_.width;
        figure_.height = style_.height;
        figure_.credit = style_.credit;
        figure_.size_px = options_.size_px;
        figure_.title = options_.title;
        if (!draw_.colors("background").empty()) figure_.background = canvas_rectangle();
        figure_.body = nodes(style_.elements);
        move_body();
        figure_.attributes = attributes(style_.attributes);
        figure_.clip = clip_path();
        return std::move(figure_);
    }

private:
    std::vector<dice_node> nodes(const std::vector<dice_node>& elements) {
        if (++nesting_ > max_nesting)
            throw error(errc::internal, "the drawing style is nested too deeply");
        std::vector<dice_node> made;
        for (const auto& element : elements) {
            auto node = make(element);
            if (node) made.push_back(std::move(*node));
        }
        --nesting_;
        return made;
    }

    std::optional<dice_node> make(const dice_node& element) {
        switch (element.kind) {
            case dice_node::kind_t::component:
                return use_component(element);
            case dice_node::kind_t::text:
            case dice_node::kind_t::markup:
                if (element.value.empty()) return std::nullopt;
                return element;
            case dice_node::kind_t::element:
                break;
        }
        if (element.name == "defs") {
            collect_definitions(element);
            return std::nullopt;
        }
        auto node = dice_node::element(element.name, attributes(element.attributes));
        node.children = nodes(element.children);
        // A group whose optional parts all came up empty draws nothing, and strict readers refuse
        // an empty group with a mask; one with an id may be referred to.
        const bool emptied = node.children.empty() && !element.children.empty();
        if (emptied && !element.find("id")) return std::nullopt;
        return node;
    }

    void collect_definitions(const dice_node& defs) {
        for (const auto& child : defs.children) {
            auto node = make(child);
            if (!node) continue;
            const auto* id = child.find("id");
            define(id ? *id : std::string(), std::move(*node));
        }
    }

    // A definition of the same id takes the place of the older one.
    void define(const std::string& id, dice_node node) {
        const auto known = std::find(ids_.begin(), ids_.end(), id);
        if (!id.empty() && known != ids_.end()) {
            figure_.definitions[static_cast<std::size_t>(known - ids_.begin())] = std::move(node);
            return;
        }
        ids_.push_back(id);
        figure_.definitions.push_back(std::move(node));
    }

    bool defined(const std::string& id) const {
        return std::find(ids_.begin(), ids_.end(), id) != ids_.end();
    }

    std::optional<dice_node> use_component(const dice_node& element) {
        const auto* component = style_.find_component(element.component);
        if (!component) return std::nullopt;
        const auto* variant = draw_.variant(*component);
        if (!variant) return std::nullopt;
        const auto id = component->source + "-" + variant->name + "-" + hash_;
        if (!defined(id)) {
            auto group = dice_node::element("g", {{"id", id, {}}});
            group.children = nodes(variant->elements);
            group.component = component->source;
            group.variant = variant->name;
            group.paired = true;
            define(id, std::move(group));
        }
        auto use = dice_node::element("use", attributes(element.attributes));
        const auto moved = transform_of(*component);
        if (!moved.empty()) {
            const auto* own = use.find("transform");
            use.set("transform", own && !own->empty() ? *own + " " + moved : moved);
        }
        use.set("href", "#" + id);
        use.component = component->name;
        use.variant = variant->name;
        return use;
    }

    std::string transform_of(const dice_component& component) const {
        const auto place = draw_.placement(component);
        const auto& source = draw_.source_of(component);
        const double x = source.width / 2;
        const double y = source.height / 2;
        std::vector<std::string> moves;
        if (place.translate_x != 0 || place.translate_y != 0)
            moves.push_back(moved_by(place.translate_x / 100 * source.width,
                                     place.translate_y / 100 * source.height));
        if (place.rotate != 0) moves.push_back(turned_about(x, y, place.rotate));
        if (place.scale != 1) moves.push_back(scaled_about(x, y, place.scale));
        return fmt::format("{}", fmt::join(moves, " "));
    }

    static std::string moved_by(double x, double y) {
        return fmt::format("translate({}, {})", svg_number(x), svg_number(y));
    }

    static std::string turned_about(double x, double y, double degrees) {
        return fmt::format("rotate({}, {}, {})", svg_number(degrees), svg_number(x), svg_number(y));
    }

    static std::string scaled_about(double x, double y, double scale) {
        return fmt::format("{} scale({}) {}", moved_by(x, y), svg_number(scale), moved_by(-x, -y));
    }

    std::vector<dice_attribute> attributes(const std::vector<dice_attribute>& wanted) {
        auto made = wanted;
        for (auto& attribute : made)
            if (!attribute.color.empty()) attribute.value = paint(attribute.color);
        return made;
    }

    // The value of a fill or stroke: a colour, or a reference to a gradient that is then defined.
    std::string paint(const std::string& palette) {
        const auto& colors = draw_.colors(palette);
        if (colors.empty()) return "none";
        const auto fill = draw_.fill(palette);
        if (fill == "solid" || colors.size() == 1) return colors.front();
        const auto id = palette + "-color-" + hash_;
        if (!defined(id)) define(id, gradient(id, fill, colors, draw_.angle(palette)));
        return "url(#" + id + ")";
    }

    static dice_node gradient(const std::string& id, const std::string& fill,
                              const std::vector<std::string>& colors, double angle) {
        auto node = dice_node::element(fill + "Gradient", {{"id", id, {}}});
        if (angle != 0)
            node.set("gradientTransform", "rotate(" + svg_number(angle) + ", 0.5, 0.5)");
        const auto last = static_cast<double>(colors.size() - 1);
        for (std::size_t i = 0; i < colors.size(); ++i) {
            const auto offset = svg_number(static_cast<double>(i) / last * 100) + "%";
            node.children.push_back(dice_node::element(
                "stop", {{"offset", offset, {}}, {"stop-color", colors[i], {}}}));
        }
        return node;
    }

    dice_node canvas_rectangle() {
        return dice_node::element("rect", {{"width", svg_number(style_.width), {}},
                                           {"height", svg_number(style_.height), {}},
                                           {"fill", paint("background"), "background"}});
    }

    // Scaled and flipped about the centre first, then turned, then moved.
    void move_body() {
        const double x = style_.width / 2;
        const double y = style_.height / 2;
        const double scale = draw_.number("scale", options_.scale, 1);
        if (scale != 1) wrap_body(scaled_about(x, y, scale));
        const auto flip = draw_.flip();
        if (flip == "horizontal") wrap_body(moved_by(style_.width, 0) + " scale(-1, 1)");
        if (flip == "vertical") wrap_body(moved_by(0, style_.height) + " scale(1, -1)");
        if (flip == "both") wrap_body(moved_by(style_.width, style_.height) + " scale(-1, -1)");
        const double rotate = draw_.number("rotate", options_.rotate, 0);
        if (rotate != 0) wrap_body(turned_about(x, y, rotate));
        const double right = draw_.number("translateX", options_.translate_x, 0);
        const double down = draw_.number("translateY", options_.translate_y, 0);
        if (right != 0 || down != 0)
            wrap_body(moved_by(right / 100 * style_.width, down / 100 * style_.height));
    }

    void wrap_body(const std::string& transform) {
        auto group = dice_node::element("g", {{"transform", transform, {}}});
        group.children = std::move(figure_.body);
        group.paired = true;
        figure_.body.clear();
        figure_.body.push_back(std::move(group));
    }

    dice_node clip_path() const {
        const double radius = draw_.number("borderRadius", options_.border_radius, 0);
        auto clip = dice_node::element("clipPath", {{"id", "clip-" + hash_, {}}});
        clip.children.push_back(
            dice_node::element("rect", {{"width", svg_number(style_.width), {}},
                                        {"height", svg_number(style_.height), {}},
                                        {"rx", svg_number(radius / 100 * style_.width), {}},
                                        {"ry", svg_number(radius / 100 * style_.height), {}}}));
        return clip;
    }

    const dice_style& style_;
    const dice_options& options_;
    dice_resolver draw_;
    std::string hash_;
    dice_figure figure_;
    std::vector<std::string> ids_;  // of figure_.definitions, in step
    int nesting_ = 0;
};

}  // namespace

dice_figure build_figure(const dice_style& style, const dice_options& options) {
    return builder(style, options).build();
}

}  // namespace medusa::sketch
