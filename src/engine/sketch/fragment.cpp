#include "engine/sketch/fragment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>

#include "core/error.hpp"
#include "engine/sketch/fragment_check.hpp"
#include "engine/sketch/fragment_writer.hpp"
#include "engine/sketch/svg_values.hpp"

namespace medusa::sketch {
namespace {

constexpr std::string_view default_layer = "body";
constexpr std::string_view defs_layer = "defs";

// The layer of a child of the svg element; empty for palettes, lights.
std::string layer_of(const pugi::xml_node& top) {
    const std::string_view name = top.name();
    if (name == "defs") return std::string(defs_layer);
    if (const auto layer = top.attribute("m:layer")) return layer.value();
    const bool drawn = name != "m:palette" && name != "m:light";
    return drawn ? std::string(default_layer) : std::string();
}

bool is_for(const pugi::xml_node& node, std::string_view time) {
    const auto own = node.attribute("time");
    return !own || time == own.value();
}

}  // namespace

bool fragment::has_layer(std::string_view layer) const {
    return std::find(layers_.begin(), layers_.end(), layer) != layers_.end();
}

std::string fragment::instantiate(std::string_view layer, const slot_map& slots,
                                  std::string_view prefix, std::string_view seed) const {
    slot_map filled = slots;
    filled.merge(palette());
    fragment_writer writer(filled, prefix, seed);
    for (const auto& top : tree_->document_element().children()) {
        if (layer_of(top) != layer) continue;
        if (layer == defs_layer)
            for (const auto& definition : top.children()) writer.write(definition);
        else
            writer.write(top);
    }
    return writer.take();
}

slot_map fragment::palette(std::string_view time) const {
    slot_map found;
    for (const auto& node : tree_->document_element().children("m:palette")) {
        if (!is_for(node, time)) continue;
        for (const auto& slot : node.attributes()) found[slot.name()] = slot.value();
    }
    return found;
}

std::optional<std::string> fragment::attribute(std::string_view name) const {
    const auto found = tree_->document_element().attribute(fmt::format("m:{}", name).c_str());
    if (!found) return std::nullopt;
    return found.value();
}

std::optional<double> fragment::number(std::string_view name) const {
    const auto found = attribute(name);
    return found ? svg_value(*found) : std::nullopt;
}

slot_map fragment::note(std::string_view name, std::string_view time) const {
    slot_map found;
    const auto element = fmt::format("m:{}", name);
    for (const auto& node : tree_->document_element().children(element.c_str())) {
        if (!is_for(node, time)) continue;
        for (const auto& entry : node.attributes()) found[entry.name()] = entry.value();
        break;
    }
    return found;
}

fragment parse_fragment(std::string_view svg) {
    auto tree = std::make_shared<pugi::xml_document>();
    // Instructions and doctypes are kept for the check to see and refuse; comments vanish.
    constexpr auto options = pugi::parse_default | pugi::parse_pi | pugi::parse_doctype;
    const auto parsed = tree->load_buffer(svg.data(), svg.size(), options, pugi::encoding_utf8);
    if (!parsed)
        throw error(errc::internal,
                    fmt::format("line {}: {}",
                                1 + std::count(svg.begin(), svg.begin() + parsed.offset, '\n'),
                                parsed.description()));
    check_fragment(*tree, svg);

    fragment made;
    for (const auto& top : tree->document_element().children()) {
        const auto layer = layer_of(top);
        if (!layer.empty() && !made.has_layer(layer)) made.layers_.push_back(layer);
    }
    made.tree_ = std::move(tree);
    return made;
}

std::map<std::string, fragment, std::less<>> load_fragments(const art_files& art,
                                                            std::string_view folder,
                                                            std::vector<art_fault>& faults) {
    std::map<std::string, fragment, std::less<>> made;
    for (const auto& name : art_names(art, folder, ".svg")) {
        const auto file = fmt::format("{}{}.svg", folder, name);
        read_or_note(faults, file,
                     [&] { made.emplace(name, parse_fragment(art_text(art, file))); });
    }
    return made;
}

}  // namespace medusa::sketch
