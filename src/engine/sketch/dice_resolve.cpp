#include "engine/sketch/dice_resolve.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "engine/sketch/dice_color.hpp"

namespace medusa::sketch {
namespace {

const dice_component_options no_component_options;
const dice_color_options no_color_options;

template <typename Options>
const Options& find_options(const std::map<std::string, Options>& all, const std::string& name,
                            const Options& otherwise) {
    const auto found = all.find(name);
    return found == all.end() ? otherwise : found->second;
}

// "category" or "category:value" of a filter, without its "!".
struct tag_token {
    std::string_view category;
    std::string_view value;  // empty: any
    bool negated = false;
};

tag_token parse_tag(std::string_view text) {
    tag_token token;
    token.negated = text.starts_with('!');
    if (token.negated) text.remove_prefix(1);
    const auto colon = text.find(':');
    token.category = text.substr(0, colon);
    if (colon != std::string_view::npos) token.value = text.substr(colon + 1);
    return token;
}

bool has_tag(const dice_variant& variant, std::string_view category, std::string_view value = {}) {
    return std::any_of(variant.tags.begin(), variant.tags.end(), [&](const std::string& text) {
        const auto tag = parse_tag(text);
        return tag.category == category && (value.empty() || tag.value == value);
    });
}

void check_choice(const std::vector<std::string>& chosen, const std::set<std::string>& known) {
    for (const auto& item : chosen)
        if (!known.contains(item))
            throw error(errc::invalid_argument, "not a way to draw a figure: \"" + item + "\"");
}

}  // namespace

dice_resolver::dice_resolver(const dice_style& style, const dice_options& options)
    : style_(style), options_(options), random_(options.seed) {
    check_choice(options.flip, {"none", "horizontal", "vertical", "both"});
    for (const auto& [name, color] : options.colors)
        check_choice(color.fill, {"solid", "linear", "radial"});
}

const dice_component& dice_resolver::source_of(const dice_component& component) const {
    return *style_.find_component(component.source);
}

// Tokens of one category are alternatives, categories add up. A category bare of value must be
// there, but only where the component uses it at all; a forbidden category lifts that duty.
bool dice_resolver::allowed_by_tags(const dice_component& source,
                                    const dice_variant& variant) const {
    const auto tokens = [&] {
        std::vector<tag_token> all;
        for (const auto& text : options_.tags) all.push_back(parse_tag(text));
        return all;
    }();
    const auto forbidden = [&](const tag_token& token) {
        return std::any_of(tokens.begin(), tokens.end(), [&](const tag_token& other) {
            return other.negated && other.value.empty() && other.category == token.category;
        });
    };
    const auto satisfied = [&](const tag_token& token) {
        if (token.negated) return !has_tag(variant, token.category, token.value);
        if (!token.value.empty())
            return !has_tag(variant, token.category) ||
                   std::any_of(tokens.begin(), tokens.end(), [&](const tag_token& other) {
                       return !other.negated && other.category == token.category &&
                              !other.value.empty() && has_tag(variant, other.category, other.value);
                   });
        const bool in_use =
            std::any_of(source.variants.begin(), source.variants.end(),
                        [&](const dice_variant& other) { return has_tag(other, token.category); });
        return !in_use || forbidden(token) || has_tag(variant, token.category);
    };
    return std::all_of(tokens.begin(), tokens.end(), satisfied);
}

const dice_variant* dice_resolver::variant(const dice_component& component) const {
    const auto& source = source_of(component);
    const auto& asked = find_options(options_.components, source.name, no_component_options);
    if (!random_.boolean(component.name + "Probability",
                         asked.probability.value_or(source.probability)))
        return nullptr;
    std::map<std::string, double> weights;
    for (const auto& candidate : source.variants)
        if (!asked.variants && allowed_by_tags(source, candidate))
            weights[candidate.name] = candidate.weight;
    const auto by_name = [&](std::string_view name) {
        return std::find_if(source.variants.begin(), source.variants.end(),
                            [&](const dice_variant& other) { return other.name == name; });
    };
    if (asked.variants)
        for (const auto& [name, weight] : *asked.variants)
            if (by_name(name) != source.variants.end()) weights[name] = weight;
    const auto drawn =
        random_.weighted_pick(component.name + "Variant", {weights.begin(), weights.end()});
    return drawn ? &*by_name(*drawn) : nullptr;
}

double dice_resolver::number(std::string_view key, const std::optional<dice_range>& range,
                             double otherwise) const {
    return range ? random_.floating(key, range->min, range->max, range->step) : otherwise;
}

dice_placement dice_resolver::placement(const dice_component& component) const {
    const auto& source = source_of(component);
    const auto& name = component.name;
    return {number(name + "Rotate", source.rotate, 0),
            number(name + "TranslateX", source.translate_x, 0),
            number(name + "TranslateY", source.translate_y, 0),
            number(name + "Scale", source.scale, 1)};
}

std::string dice_resolver::flip() const {
    return random_.pick("flip", options_.flip).value_or("none");
}

std::string dice_resolver::fill(const std::string& palette) const {
    const auto& asked = find_options(options_.colors, palette, no_color_options);
    return random_.pick(palette + "ColorFill", asked.fill).value_or("solid");
}

double dice_resolver::angle(const std::string& palette) const {
    const auto& asked = find_options(options_.colors, palette, no_color_options);
    return number(palette + "ColorAngle", asked.angle, 0);
}

const std::vector<std::string>& dice_resolver::colors(const std::string& palette) {
    const auto known = colors_.find(palette);
    if (known != colors_.end()) return known->second;
    if (std::find(resolving_.begin(), resolving_.end(), palette) != resolving_.end())
        throw error(errc::internal, "the drawing style's colours refer to each other in a circle");
    resolving_.push_back(palette);
    auto resolved = resolve_colors(palette);
    resolving_.pop_back();
    return colors_[palette] = std::move(resolved);
}

std::vector<std::string> dice_resolver::ordered(const std::string& palette,
                                                std::vector<std::string> values,
                                                const dice_color_options& asked) const {
    if (!asked.fixed_order) return random_.shuffle(palette + "Color", std::move(values));
    if (asked.values) return values;
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

std::vector<std::string> dice_resolver::resolve_colors(const std::string& palette) {
    const auto& asked = find_options(options_.colors, palette, no_color_options);
    const auto* known = style_.find_palette(palette);
    std::vector<std::string> values;
    if (asked.values)
        values = *asked.values;
    else if (known)
        values = known->values;
    for (auto& color : values) color = normal_hex(color);

    const bool verbatim = asked.values && asked.fixed_order;
    std::size_t count = 1;
    if (fill(palette) != "solid") {
        count = verbatim ? values.size() : 2;
        if (asked.stops)
            count = static_cast<std::size_t>(random_.integer(
                palette + "ColorFillStops", static_cast<std::int64_t>(asked.stops->min),
                static_cast<std::int64_t>(asked.stops->max)));
    }
    const bool by_contrast = known && !known->contrast_to.empty();
    if (by_contrast && !verbatim) {
        const auto& reference = colors(known->contrast_to);
        if (!reference.empty()) values = sorted_by_contrast(std::move(values), reference.front());
    }
    if (known && !known->not_equal_to.empty()) {
        std::vector<std::string> excluded;
        for (const auto& other : known->not_equal_to) {
            const auto& others = colors(other);
            excluded.insert(excluded.end(), others.begin(), others.end());
        }
        values = without_colors(std::move(values), excluded);
    }
    if (!by_contrast) values = ordered(palette, std::move(values), asked);
    if (values.size() > count) values.resize(count);
    return values;
}

}  // namespace medusa::sketch
