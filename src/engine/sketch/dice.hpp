// The DiceBear rules: a style definition (JSON of @dicebear/styles 10.6) and options give a figure,
// an element tree that can be edited and written as SVG.
//
//     const dice_style style = parse_style(resource("dicebear/lorelei.json"));   // once, shared
//     dice_options options{.seed = "42"};
//     options.components["hair"].variants = {{"variant40", 1}};
//     options.colors["hair"].values = {"#c8c8d8"};
//     dice_figure figure = build_figure(style, options);
//     insert_after(figure, "head", dice_node::markup("<path .../>"));   // above head, below fringe
//     figure.clip.reset();                                              // hats may leave the
//     canvas prefix_ids(figure, "f1-"); std::string svg = to_svg(figure);              // or
//     definitions_svg() + body_svg()
//
// Untouched, to_svg() is byte-equal to @dicebear/core 10.7.0 (tests/data/dicebear_oracle.tsv).
// Left out on purpose: text by initials, fonts, and random ids, which no portrait style needs.
//
// How a figure is built: each component that is drawn (hair, head, eyes ...) becomes one definition
// <g id="hair-variant40-HASH"> in `definitions`, placed by a <use> in the body or inside another
// definition (in lorelei hair holds head, and head holds eyes, mouth, earrings ...). Both the
// definition and each <use> carry component and variant, so hooks find them by name.
//
// A style is immutable after parsing: any thread. A figure belongs to its builder.
// Errors: error(internal) for a malformed style, error(invalid_argument) for bad options.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace medusa::sketch {

struct dice_attribute {
    std::string name;
    std::string value;  // not escaped
    std::string color;  // the palette that gave the value ("hair", "skin"), empty: a plain value
};

struct dice_node {
    enum class kind_t {
        element,    // <name attributes>children</name>
        text,       // `value`, escaped when written
        markup,     // `value`, written as it is: trusted SVG of our own parts
        component,  // only inside a style: where a component goes
    };

    kind_t kind = kind_t::element;
    std::string name;   // of an element
    std::string value;  // of text and markup
    std::vector<dice_attribute> attributes;
    std::vector<dice_node> children;
    std::string component;  // set on the <use> and on the definition of a component
    std::string variant;
    bool paired = false;  // <g></g> rather than <g/> when empty

    static dice_node element(std::string name, std::vector<dice_attribute> attributes = {});
    static dice_node markup(std::string svg);

    // The value of an attribute, or nullptr.
    const std::string* find(std::string_view attribute) const;
    // Replaces the attribute's value (it is then a plain one) or appends the attribute.
    void set(std::string_view attribute, std::string new_value);
};

struct dice_range {
    double min = 0;
    double max = 0;
    double step = 0;
};

struct dice_variant {
    std::string name;
    double weight = 1;
    std::vector<std::string> tags;  // "animation" or "category:value"
    std::vector<dice_node> elements;
};

struct dice_component {
    std::string name;
    std::string source;  // of an alias: the component it copies; else equal to name
    double width = 0;    // canvas units
    double height = 0;
    double probability = 100;  // percent
    std::optional<dice_range> rotate, scale, translate_x, translate_y;
    std::vector<dice_variant> variants;  // in the order of the definition; empty for an alias
};

struct dice_palette {
    std::string name;
    std::vector<std::string> values;  // hexadecimal, with or without '#'
    std::vector<std::string> not_equal_to;
    std::string contrast_to;  // empty: none
};

// Who made a style and on which terms; empty where the style does not say.
struct dice_credit {
    std::string source_name, source_url;
    std::string creator_name, creator_url;
    std::string license_name, license_url;
    std::string license_text;  // a ready sentence of attribution
};

struct dice_style {
    dice_credit credit;
    double width = 0;  // canvas
    double height = 0;
    std::vector<dice_attribute> attributes;  // of the root
    std::vector<dice_node> elements;         // of the canvas
    std::vector<dice_component> components;
    std::vector<dice_palette> palettes;

    const dice_component* find_component(std::string_view name) const;
    const dice_palette* find_palette(std::string_view name) const;
};

// `json`: one file of @dicebear/styles/dist. Throws error(internal) when it is not such a file.
dice_style parse_style(std::string_view json);

struct dice_component_options {
    // Allowed variants with their weights; not set: all of the style. Names the style does not have
    // are ignored, and nothing is drawn when none is left.
    std::optional<std::vector<std::pair<std::string, double>>> variants;
    std::optional<double> probability;  // percent
};

struct dice_color_options {
    std::optional<std::vector<std::string>> values;  // hexadecimal, 3, 4, 6 or 8 digits, '#' or not
    std::vector<std::string> fill;                   // of "solid", "linear", "radial": one is drawn
    std::optional<dice_range> angle;                 // degrees, of a linear gradient
    std::optional<dice_range> stops;                 // of a gradient
    bool fixed_order = false;                        // values as they are given, not shuffled
};

struct dice_options {
    std::string seed;
    std::map<std::string, dice_component_options> components;  // an alias obeys its source's
    std::map<std::string, dice_color_options> colors;
    std::optional<double> size_px;
    std::optional<std::string> title;
    std::vector<std::string> flip;  // of "none", "horizontal", "vertical", "both": one is drawn
    std::vector<std::string> tags;  // "category", "category:value", "!category": variants to allow
    std::optional<dice_range> scale, rotate, translate_x, translate_y, border_radius;
};

struct dice_figure {
    double width = 0;  // of the canvas
    double height = 0;
    dice_credit credit;
    std::vector<dice_attribute> attributes;  // of the root, after viewBox
    std::optional<double> size_px;
    std::optional<std::string> title;
    std::vector<dice_node> definitions;   // nested ones before those that use them
    std::optional<dice_node> background;  // a rectangle as large as the canvas
    std::vector<dice_node> body;
    std::optional<dice_node> clip;  // <clipPath> of the canvas; reset it to draw beyond the edges
};

// Throws error(invalid_argument) for a colour that is not hexadecimal or an unknown fill or flip.
dice_figure build_figure(const dice_style& style, const dice_options& options);

// The <g> that holds a component's elements, or nullptr when it is not drawn. A style that uses two
// variants of one component has several: this is the first.
dice_node* find_definition(dice_figure& figure, std::string_view component);

// Puts `extra` next to each <use> of the component; false (and nothing changed) when there is none.
bool insert_before(dice_figure& figure, std::string_view component, const dice_node& extra);
bool insert_after(dice_figure& figure, std::string_view component, const dice_node& extra);

// Every node, parents before children: definitions, background, body, clip. Children may be changed
// while it runs, siblings may not.
void for_each_node(dice_figure& figure, const std::function<void(dice_node&)>& visit);

// Puts `prefix` before every id and before each reference to one (url(#id), href="#id"), so that
// several figures and scenes can share a document. Markup nodes are left alone.
void prefix_ids(dice_figure& figure, std::string_view prefix);

// A complete document: root element, credit as RDF metadata, definitions, body.
std::string to_svg(const dice_figure& figure);
// The content of <defs> and what is drawn (with the clip and background that are still set), for
// a document of one's own.
std::string definitions_svg(const dice_figure& figure);
std::string body_svg(const dice_figure& figure);
std::string node_svg(const dice_node& node);

// A number as every DiceBear port writes it: at most 5 decimals, no trailing zeros, no exponent.
std::string svg_number(double value);
// The five XML entities.
std::string xml_escape(std::string_view text);

}  // namespace medusa::sketch
