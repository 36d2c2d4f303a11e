// A drawn piece: one SVG file below resources/sketch/ (a scene, a garment, a hat), parsed, checked
// once, and written out again as often as a picture needs it, in other colours and under other ids.
//
// Besides plain SVG shapes and gradients the file may say (namespace m, "urn:medusa:sketch"):
//   $name in a colour       a slot: its value comes from the caller or from an <m:palette>
//   <m:palette time= a= b=> values of the slots a and b; without `time` they are the defaults
//   <g m:layer="back">      a group at the top of the file that is drawn on its own
//   <m:scatter>, <m:repeat> their children stamped many times; <m:choose> one of its children
// docs/art.md explains them to artists.
//
// A fragment never changes after parsing: any thread. Files come from our own build, so whatever is
// wrong with one is error(internal) that names the element; so is a slot without a value.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sketch/art.hpp"

namespace pugi {
class xml_document;
}

namespace medusa::sketch {

// Colours by slot name without the dollar sign: {"main", "#6a4fb0"}.
using slot_map = std::map<std::string, std::string, std::less<>>;

class fragment {
public:
    // The names of the layers in the order of the file. Shapes outside any group with m:layer form
    // the layer "body"; the <defs> of the file are the layer "defs".
    const std::vector<std::string>& layers() const { return layers_; }
    bool has_layer(std::string_view layer) const;

    // The SVG elements of one layer; empty when the file has no such layer. Every id and every
    // reference to one starts with `prefix` ([a-z0-9-], starting with a letter). Slots missing from
    // `slots` fall back to the file's defaults. `seed` steers scatter and choose: the same
    // arguments give the same bytes. The layer "defs" holds the gradients that the other layers
    // refer to: emit it once for each prefix, in front of them.
    std::string instantiate(std::string_view layer, const slot_map& slots, std::string_view prefix,
                            std::string_view seed = {}) const;

    // The palette of a time ("day"), laid over the defaults; only the defaults for an empty or
    // unknown `time`.
    slot_map palette(std::string_view time = {}) const;

    // The attribute m:`name` of the svg element itself, for example an anchor of an overlay.
    std::optional<std::string> attribute(std::string_view name) const;
    // The same as a number, which parse_fragment() made sure of for "top" and "...-top".
    std::optional<double> number(std::string_view name) const;

    // The attributes of the first <m:`name`> at the top of the file that is for `time` (or says
    // nothing about time); empty when there is none.
    slot_map note(std::string_view name, std::string_view time = {}) const;

    const pugi::xml_document& tree() const { return *tree_; }

private:
    friend fragment parse_fragment(std::string_view svg);
    // Copies of a fragment share the parsed tree, which nobody changes.
    std::shared_ptr<const pugi::xml_document> tree_;
    std::vector<std::string> layers_;
};

// Throws error(internal) for anything outside the subset: unknown elements or attributes, text,
// opacity, filters, styles, references that leave the file or point at no id.
fragment parse_fragment(std::string_view svg);

// The files of one folder ("parts/") by name without folder and ending. Those that cannot be parsed
// are left out and added to `faults`.
std::map<std::string, fragment, std::less<>> load_fragments(const art_files& art,
                                                            std::string_view folder,
                                                            std::vector<art_fault>& faults);

}  // namespace medusa::sketch
