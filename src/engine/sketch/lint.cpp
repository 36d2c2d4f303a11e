#include "engine/sketch/lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "engine/sketch/fragment_check.hpp"
#include "engine/sketch/lint_heads.hpp"
#include "engine/sketch/lint_tables.hpp"
#include "engine/sketch/svg_values.hpp"

namespace medusa::sketch {
namespace {

using std::string_view_literals::operator""sv;

// What the engine fills in a figure (figure.cpp), its body (body.cpp) and a finish (compose.cpp).
constexpr auto figure_slots =
    "ink skin shade skin_dark iris iris-light iris2 iris2-light white lip line brow hair hair-dark "
    "hair-line nose"sv;
constexpr auto body_slots = "hand hand_shade leg shoe shoe_dark"sv;
constexpr auto light_slots = "light shade"sv;

// The rules of one folder. Lists have a blank between their words.
struct folder_rules {
    std::string_view folder;  // "parts/"
    std::string_view view_box;
    std::string_view layers;      // that are drawn; empty: the tables name them
    std::string_view needed;      // one of these must be there
    std::string_view attributes;  // of the svg element
};
constexpr folder_rules rules[] = {
    {"scenes/", "0 0 1024 1024", "background foreground", "background", "m:words m:indoor"},
    {"weather/", "0 0 1024 1024", "background foreground", "background foreground", ""},
    {"parts/front/", "0 0 980 980", "back skin ear face neck head front",
     "back skin ear face neck head front", "m:group m:any-kind m:hair-clip m:dyed m:mirror m:top"},
    {"hair/", "0 0 980 980", "back back-strands front front-strands", "back front", ""},
    {"parts/", "0 0 980 980", "back skin ear face neck head front",
     "back skin ear face neck head front", "m:group m:any-kind m:hair-clip m:dyed m:mirror m:top"},
    {"garments/", "0 0 980 980", "back body front shoulders", "body", "m:words"},
    {"face/", "0 0 980 980", "", "", ""},
    {"finishes/", "0 0 1024 1024", "behind over skin hair", "behind over skin hair", ""},
    {"figure/", "", "", "", ""},
};

// Gradients of other files in these folders are not drawn.
bool draws_defs(std::string_view file) {
    if (file.starts_with("figure/")) return file == "figure/props.svg";
    if (file.starts_with("face/")) return !file.ends_with("brows.svg");
    return !file.starts_with("hair/");
}

const folder_rules* rules_for(std::string_view file) {
    const auto* found = std::find_if(std::begin(rules), std::end(rules), [&](const auto& one) {
        return file.starts_with(one.folder) && file.ends_with(".svg");
    });
    return found == std::end(rules) ? nullptr : found;
}

// Everything that one drawing alone can have wrong beyond what check_fragment() refuses.
class drawing_lint {
public:
    drawing_lint(std::string_view file, std::string_view text, const fragment& piece,
                 const folder_rules& allowed, std::vector<art_fault>& faults)
        : file_(file), text_(text), piece_(piece), rules_(allowed), faults_(faults) {}

    void run() {
        name();
        root();
        layers();
        palettes();
        const auto svg = piece_.tree().document_element();
        for (const auto& top : svg.children()) {
            const std::string_view own = top.name();
            if (own == "m:palette" || own == "m:light") continue;
            slots(top, known_slots(own == "defs" ? "defs" : top.attribute("m:layer").value()));
        }
        if (rules_.folder == "scenes/") lights();
        if (rules_.folder == "hair/") plain_paths();
    }

private:
    void tell(const std::string& what) { faults_.push_back({std::string(file_), what}); }
    void tell(const pugi::xml_node& node, const std::string& what) {
        tell(fmt::format("{}: {}", place_of(node, text_), what));
    }

    void name() {
        auto stem = file_.substr(rules_.folder.size());
        stem.remove_suffix(".svg"sv.size());
        const bool plain = stem.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") ==
                           std::string_view::npos;
        if (!plain || stem.empty() || stem.front() < 'a' || stem.front() > 'z')
            tell("the name must be lower-case letters, digits, - and _, a letter first");
    }

    void root() {
        const auto svg = piece_.tree().document_element();
        const std::string_view box = svg.attribute("viewBox").value();
        if (!rules_.view_box.empty() && box != rules_.view_box)
            tell(svg, fmt::format("viewBox must be \"{}\"", rules_.view_box));
        for (const auto& own : svg.attributes()) {
            const std::string_view attribute = own.name();
            if (!attribute.starts_with("m:") || holds_word(rules_.attributes, attribute)) continue;
            if (file_ != "figure/props.svg")
                tell(svg, fmt::format("{} is not read in {}; there are: {}", attribute,
                                      rules_.folder, rules_.attributes));
            else if (!is_reach(attribute))
                tell(svg, fmt::format("{} is not read; write m:PROP-top, -foot or -wide, PROP "
                                      "being a layer of this file",
                                      attribute));
        }
        const bool words = rules_.folder == "scenes/" || rules_.folder == "garments/";
        if (words && !piece_.attribute("words"))
            tell(svg, "m:words is missing: what a description may call it");
    }

    // How far a prop reaches from its grip: "m:staff-top".
    bool is_reach(std::string_view attribute) const {
        const auto dash = attribute.rfind('-');
        if (dash == std::string_view::npos) return false;
        constexpr auto prefix = "m:"sv;
        return holds_word("top foot wide", attribute.substr(dash + 1)) &&
               piece_.has_layer(attribute.substr(prefix.size(), dash - prefix.size()));
    }

    bool is_drawn(std::string_view layer) const {
        if (layer == "defs") return draws_defs(file_);
        if (rules_.layers.empty()) return layer != "body";
        const bool eyes = rules_.folder == "finishes/" && layer.starts_with("eyes-");
        return eyes || holds_word(rules_.layers, layer);
    }

    void layers() {
        bool any = rules_.needed.empty();
        for (const auto& layer : piece_.layers()) {
            any = any || holds_word(rules_.needed, layer) || layer.starts_with("eyes-");
            if (!is_drawn(layer))
                tell(fmt::format("the layer {} is never drawn; {}",
                                 layer == "body" ? "body (no m:layer)" : layer,
                                 rules_.layers.empty()
                                     ? "each <g> needs an m:layer that a table names"
                                     : fmt::format("there are {}", rules_.layers)));
        }
        if (!any) tell(fmt::format("a layer is missing: {}", rules_.needed));
    }

    // Colours of figures are mixed with the scene's light, so they must be colours.
    void palettes() {
        const bool mixed = rules_.folder.starts_with("parts/") || rules_.folder == "garments/";
        for (const auto& node : piece_.tree().document_element().children("m:palette"))
            for (const auto& slot : node.attributes()) {
                const std::string_view name = slot.name();
                if (mixed && name != "line" && !is_hex_colour(slot.value()))
                    tell(node, fmt::format("{}=\"{}\" must be #rrggbb", name, slot.value()));
            }
        if (rules_.folder != "scenes/") return;
        const auto day = piece_.palette("day");
        for (const auto* time : {"dusk", "night"}) {
            const auto other = piece_.palette(time);
            for (const auto& [slot, value] : day)
                if (!other.contains(slot))
                    tell(fmt::format("<m:palette time=\"{}\"> has no {}", time, slot));
        }
    }

    std::set<std::string, std::less<>> known_slots(std::string_view layer) const {
        std::set<std::string, std::less<>> known;
        const auto add = [&](std::string_view list) {
            for (const auto& word : split(list, ' ')) known.insert(word);
        };
        for (const auto& [slot, value] : piece_.palette(rules_.folder == "scenes/" ? "day" : ""))
            known.insert(slot);
        if (rules_.folder == "weather/")
            for (const auto& [slot, value] : piece_.palette("day")) known.insert(slot);
        const bool on_figure = layer != "behind" && layer != "over" && layer != "defs";
        if (rules_.folder == "finishes/") add(on_figure ? figure_slots : light_slots);
        if (rules_.folder.starts_with("parts/") || rules_.folder == "garments/" ||
            rules_.folder == "face/" || rules_.folder == "hair/")
            add(figure_slots);
        if (rules_.folder == "figure/" && layer != "defs") {
            add(figure_slots);
            add(body_slots);
        }
        return known;
    }

    void slots(const pugi::xml_node& node, const std::set<std::string, std::less<>>& known) {
        for (const auto& own : node.attributes()) {
            const std::string_view value = own.value();
            if (!value.starts_with('$') || known.contains(value.substr(1))) continue;
            const std::vector<std::string> names(known.begin(), known.end());
            const auto near = nearest(value.substr(1), names);
            tell(node, fmt::format("{}=\"{}\" has no value; {}", own.name(), value,
                                   near.empty() ? "add the slot to an m:palette"
                                                : fmt::format("do you mean ${}?", near)));
        }
        for (const auto& child : node.children()) slots(child, known);
    }

    // The figure fills, outlines and cuts to the shapes of hair.
    void plain_paths() {
        std::set<std::string_view> seen;
        for (const auto& top : piece_.tree().document_element().children()) {
            const std::string_view layer = top.attribute("m:layer").value();
            if (layer != "back" && layer != "front") continue;
            if (!seen.insert(layer).second) tell(top, "a layer of hair is one <g>");
            for (const auto& shape : top.children())
                if (shape.name() != "path"sv || shape.attribute("fill") ||
                    shape.attribute("stroke"))
                    tell(shape, "shapes of hair are paths without colours; strands have them");
        }
    }

    void lights() {
        for (const auto* time : {"day", "dusk", "night"}) {
            const auto light = piece_.note("light", time);
            if (light.empty()) {
                tell(fmt::format("<m:light time=\"{}\"> is missing", time));
                continue;
            }
            for (const auto* needed : {"colour", "rim", "shade"})
                if (!light.contains(needed))
                    tell(fmt::format("<m:light time=\"{}\"> has no {}", time, needed));
            within(light, time, "side", -1, 1);
            within(light, time, "strength", 0, 0.5);
        }
    }
    void within(const slot_map& light, std::string_view time, std::string_view name, double least,
                double most) {
        const auto found = light.find(name);
        const auto value = found == light.end() ? std::nullopt : svg_value(found->second);
        if (!value || *value < least || *value > most)
            tell(fmt::format("<m:light time=\"{}\">: {} must be a number from {} to {}", time, name,
                             least, most));
    }

    std::string_view file_, text_;
    const fragment& piece_;
    const folder_rules& rules_;
    std::vector<art_fault>& faults_;
};

bool is_read(std::string_view file) {
    const bool table = file.starts_with("poses/") || file.starts_with("heads/");
    return rules_for(file) != nullptr || (table && file.ends_with(".json")) ||
           holds_word(
               "README.md sheets/people.txt rig/lorelei.json colors.json roles.json "
               "moods.json treatments.json figure/figure.json",
               file);
}

// What is claimed by two files: the one that comes later in the alphabet would never be drawn.
void words_claimed_twice(const std::map<std::string, fragment, std::less<>>& pieces,
                         std::string_view folder, std::vector<art_fault>& faults) {
    std::map<std::string, std::string> owners;
    const auto claim = [&](const std::string& word, const std::string& name) {
        const auto [owner, fresh] = owners.emplace(as_word(word), name);
        if (!fresh && owner->second != name)
            faults.push_back({fmt::format("{}{}.svg", folder, name),
                              fmt::format("m:words: '{}' already means {}{}.svg",
                                          collapse_spaces(word), folder, owner->second)});
    };
    for (const auto& [name, piece] : pieces) claim(name, name);
    for (const auto& [name, piece] : pieces)
        for (const auto& word : split(piece.attribute("words").value_or(""), ','))
            claim(word, name);
}

}  // namespace

std::vector<art_fault> lint_art(const art_files& art) {
    std::vector<art_fault> faults;
    const auto tables = read_rig(art, faults);
    const auto pieces = read_wardrobe(art, faults);
    const bool all_read = faults.empty();
    for (const auto& [file, text] : art) {
        if (!is_read(file))
            faults.push_back({file, "nothing reads this file: see docs/art.md for the folders"});
        const auto* allowed = rules_for(file);
        if (allowed == nullptr) continue;
        try {
            const auto piece = parse_fragment(text);
            drawing_lint(file, text, piece, *allowed, faults).run();
        } catch (const error&) {
            // Told above, by the reader of its folder.
            continue;
        }
    }
    words_claimed_twice(pieces.garments, "garments/", faults);
    words_claimed_twice(pieces.places.places, "scenes/", faults);
    // What a file that cannot be read would have held is not missed as well.
    if (all_read) {
        lint_heads(tables, pieces, faults);
        lint_tables(tables, pieces, faults);
    }
    std::stable_sort(faults.begin(), faults.end(),
                     [](const auto& a, const auto& b) { return a.file < b.file; });
    return faults;
}

}  // namespace medusa::sketch
