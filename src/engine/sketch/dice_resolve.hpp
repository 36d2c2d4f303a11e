// What DiceBear's rules draw for one style and one set of options: the variant of a component, the
// colours of a palette, the numbers of a placement. A part of build_figure(), not for others.
//
// Borrows style and options for its life; one thread. Errors: as build_figure().
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sketch/dice.hpp"
#include "engine/sketch/dice_random.hpp"

namespace medusa::sketch {

// Where a component is moved, in percent of its size and degrees.
struct dice_placement {
    double rotate = 0;
    double translate_x = 0;
    double translate_y = 0;
    double scale = 1;
};

class dice_resolver {
public:
    dice_resolver(const dice_style& style, const dice_options& options);

    // The component itself, or the one that it copies.
    const dice_component& source_of(const dice_component& component) const;
    // nullptr: the component is not drawn.
    const dice_variant* variant(const dice_component& component) const;
    dice_placement placement(const dice_component& component) const;

    // "#rrggbb" or "#rrggbbaa", one for a solid fill, else one a stop; empty: there is no colour.
    const std::vector<std::string>& colors(const std::string& palette);
    std::string fill(const std::string& palette) const;
    double angle(const std::string& palette) const;

    std::string flip() const;
    double number(std::string_view key, const std::optional<dice_range>& range,
                  double otherwise) const;

private:
    std::vector<std::string> resolve_colors(const std::string& palette);
    std::vector<std::string> ordered(const std::string& palette, std::vector<std::string> values,
                                     const dice_color_options& asked) const;
    bool allowed_by_tags(const dice_component& source, const dice_variant& variant) const;

    const dice_style& style_;
    const dice_options& options_;
    dice_random random_;
    std::map<std::string, std::vector<std::string>> colors_;
    std::vector<std::string> resolving_;  // palettes being resolved, to find circles
};

}  // namespace medusa::sketch
