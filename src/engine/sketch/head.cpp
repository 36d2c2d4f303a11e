#include "engine/sketch/head.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/resources.hpp"
#include "engine/sketch/mapper.hpp"
#include "engine/sketch/table.hpp"

namespace medusa::sketch {
namespace {

constexpr std::string_view head_folder = "heads/";
using fragments = std::map<std::string, fragment, std::less<>>;

// CC0 asks for nothing; whatever else we may bundle wants its artist named, and our changes.
std::string attribution_of(const dice_credit& credit, const std::string& changes) {
    if (credit.license_name.starts_with("CC0")) return {};
    return fmt::format("{}. Changes: {}.", credit.license_text, changes);
}

void read_style(table_row& file, head_rig& into) {
    std::string style, changes;
    take(file, "style", style);
    take(file, "changes", changes);
    into.style = parse_style(resource(fmt::format("dicebear/{}.json", style)));
    into.attribution = attribution_of(into.style.credit, changes);
    take(file, "scale", into.scale);
    take_table(file, "places", into.places);
    take(file, "head", into.head);
    if (file.find("skulls") != nullptr) take_table(file, "skulls", into.skulls);
    if (file.find("joints") != nullptr) take_table(file, "joints", into.joints);
    if (file.find("noses") != nullptr) take_table(file, "noses", into.noses);
}

void read_features(table_row& file, const fragments& faces, head_rig& into) {
    std::string face;
    take(file, "face", face);
    const auto feature = [&](std::string_view name) {
        const auto found = faces.find(fmt::format("{}{}", face, name));
        if (found == faces.end())
            throw error(errc::internal, fmt::format("face/{}{}.svg cannot be used", face, name));
        return found->second;
    };
    into.eyes = feature("eyes");
    into.brows = feature("brows");
    into.mouths = feature("mouths");
    for (auto& row : file.rows("cheeks")) {
        auto& made = into.cheeks.emplace_back();
        take(row, "x", made.x);
        take(row, "y", made.y);
        take(row, "rx", made.rx);
        take(row, "ry", made.ry);
        row.refuse_unknown();
    }
}

void read_shapes(table_row& file, head_rig& into) {
    take(file, "middle", into.middle);
    take(file, "neck", into.neck);
    take(file, "neck_shade", into.neck_shade);
    take(file, "chin_shade", into.chin_shade);
    take(file, "jaw", into.jaw);
    take(file, "on_body", into.on_body);
}

void read_hair(table_row& file, const fragments& pieces, head_rig& into) {
    if (file.find("hair") == nullptr) return;
    into.hair_files = pieces;
    for (auto& row : file.rows("hair")) {
        hair_cut cut;
        words stands_for;
        take(row, "variant", cut.variant);
        take(row, "rear", cut.rear);
        take(row, "drawn", cut.drawn);
        take(row, "top", cut.top);
        take(row, "for", stands_for);
        row.refuse_unknown();
        for (const auto& name : cut.drawn)
            if (!pieces.contains(name)) row.refuse("drawn", fmt::format("a file hair/{}", name));
        for (const auto& hair : stands_for) into.hair.emplace(hair, cut);
    }
}

const std::string* color_of(const dice_node& node, std::string_view attribute) {
    for (const auto& one : node.attributes)
        if (one.name == attribute) return &one.color;
    return nullptr;
}

class head_drawer {
public:
    head_drawer(const head_rig& rig, const person& who, const treatment& finish,
                const slot_map& colours)
        : rig_(rig), who_(who), finish_(finish), colours_(colours), cut_(cut_of(rig, who.hair)) {}

    head_art draw() {
        dice_options options;
        for (const auto& component : rig_.style.components)
            options.components[component.name].probability = 0;
        const auto choose = [&](const std::string& component, const std::string& variant) {
            if (variant.empty()) return;
            options.components[component].variants = {{variant, 1}};
            options.components[component].probability = 100;
        };
        choose("hair", cut_.variant);
        choose("rearHair", cut_.rear);
        choose("head", rig_.head.empty() ? who_.head : rig_.head);
        choose("nose", who_.nose);
        auto figure = build_figure(rig_.style, options);
        art_.top = cut_.top;
        const auto* hair = drawn(figure, "hair", cut_.variant);
        const auto* rear = drawn(figure, "rearHair", cut_.rear);
        if (const auto* head = drawn(figure, "head", "head"); head != nullptr) add_head(*head);
        if (rig_.style.find_component("nose") != nullptr) add_nose(*drawn(figure, "nose", "nose"));
        if (const auto found = rig_.noses.find(who_.nose); found != rig_.noses.end())
            art_.nose +=
                fmt::format(R"~(<path d="{}" fill="{}"/>)~", found->second, colours_.at("shade"));
        if (who_.bare) return std::move(art_);
        if (rear != nullptr) add_hair(*rear, "rearHair", true);
        if (hair != nullptr) add_hair(*hair, "hair", false);
        add_own_hair();
        return std::move(art_);
    }

private:
    static hair_cut cut_of(const head_rig& rig, const std::string& hair) {
        const auto found = rig.hair.find(hair);
        if (found != rig.hair.end()) return found->second;
        return {.variant = hair, .rear = {}, .drawn = {}};
    }

    static const dice_node* drawn(dice_figure& figure, std::string_view component,
                                  std::string_view variant) {
        if (variant.empty()) return nullptr;
        const auto* found = find_definition(figure, component);
        if (found == nullptr)
            throw error(errc::internal, fmt::format("sketch: the rig names a {} '{}' that its "
                                                    "style does not have",
                                                    component, variant));
        return found;
    }

    std::string placed(std::string_view component, const std::string& d,
                       std::string_view more = {}) const {
        const auto scale =
            rig_.scale == 1 ? std::string() : fmt::format("scale({}) ", svg_number(rig_.scale));
        return fmt::format(R"~(<path transform="{}translate({})" d="{}"{}/>)~", scale,
                           rig_.places.find(component)->second, d, more);
    }
    std::string width(double figure_units) const {
        return fmt::format(R"~( stroke-width="{}")~", svg_number(figure_units / rig_.scale));
    }

    // What a hair holds before the head lies behind it, the rest before it.
    void add_hair(const dice_node& hair, std::string_view component, bool behind) {
        const auto is_head = [](const auto& node) { return node.component == "head"; };
        bool back = behind || std::any_of(hair.children.begin(), hair.children.end(), is_head);
        const auto line = rig_.scale == 1 ? std::string() : width(finish_.stroke);
        const auto add = [&](const auto& self, const dice_node& node) -> void {
            if (is_head(node)) back = false;
            if (const auto* d = node.find("d")) {
                const auto* color = color_of(node, "fill");
                const bool shade = color != nullptr && color->empty();
                auto& into = shade ? (back ? art_.back_strands : art_.front_strands)
                                   : (back ? art_.back_hair : art_.front_hair);
                into += placed(component, *d, shade ? shaded() : line);
            }
            for (const auto& child : node.children) self(self, child);
        };
        for (const auto& node : hair.children) add(add, node);
    }
    std::string shaded() const {
        return fmt::format(R"~( fill="{}" fill-opacity="0.42")~", colours_.at("hair-line"));
    }

    void add_own_hair() {
        for (const auto& name : cut_.drawn) {
            const auto& file = rig_.hair_files.at(name);
            const auto layer = [&](std::string_view part) {
                return file.instantiate(part, colours_, "hair-");
            };
            art_.back_hair += shapes(layer("back"));
            art_.back_strands += layer("back-strands");
            art_.front_hair += shapes(layer("front"));
            art_.front_strands += layer("front-strands");
        }
    }
    // Shapes to be cut to may not stand in a group.
    static std::string shapes(const std::string& group) {
        const auto begin = group.find('>') + 1;
        return group.empty() ? group : group.substr(begin, group.rfind('<') - begin);
    }

    void add_head(const dice_node& head) {
        const auto& ink = colours_.at("ink");
        const auto thicker = 10 * (finish_.line - 1);
        const auto outline =
            thicker <= 0 ? std::string() : fmt::format(R"~( stroke="{}"{})~", ink, width(thicker));
        const auto skull = rig_.skulls.find(who_.head);
        for (const auto& node : head.children) {
            const auto* d = node.find("d");
            const auto* fill = color_of(node, "fill");
            if (d == nullptr || fill == nullptr) continue;
            const bool skin = *fill == "skin";
            if (skin && skull != rig_.skulls.end()) d = &skull->second;
            if (skin && art_.skin.empty()) art_.skin = placed("head", *d);
            auto paint = fmt::format(R"~( fill="{}")~", skin            ? colours_.at("skin")
                                                        : fill->empty() ? colours_.at("shade")
                                                                        : ink);
            if (!skin && !fill->empty()) paint += outline;
            if (color_of(node, "stroke") != nullptr)
                paint += fmt::format(R"~( stroke="{}"{})~", ink, width(8 * finish_.line));
            art_.head += placed("head", *d, paint);
        }
        if (const auto joint = rig_.joints.find(who_.head); joint != rig_.joints.end())
            art_.head += fmt::format(
                R"~(<path d="{}" stroke="{}" stroke-width="{}" stroke-linecap="round"/>)~",
                joint->second, ink, svg_number(9 * finish_.line));
    }

    void add_nose(const dice_node& nose) {
        const auto fill = fmt::format(R"~( fill="{}")~", colours_.at("nose"));
        const auto add = [&](const auto& self, const dice_node& node) -> void {
            if (const auto* d = node.find("d")) art_.nose += placed("nose", *d, fill);
            for (const auto& child : node.children) self(self, child);
        };
        add(add, nose);
    }

    const head_rig& rig_;
    const person& who_;
    const treatment& finish_;
    const slot_map& colours_;
    hair_cut cut_;
    head_art art_;
};

}  // namespace

std::map<std::string, head_rig, std::less<>> read_heads(const art_files& art,
                                                        std::vector<art_fault>& faults) {
    const auto faces = load_fragments(art, "face/", faults);
    const auto hair = load_fragments(art, "hair/", faults);
    const auto front = load_fragments(art, "parts/front/", faults);
    std::map<std::string, head_rig, std::less<>> made;
    for (const auto& name : art_names(art, head_folder, ".json")) {
        const auto path = fmt::format("{}{}.json", head_folder, name);
        read_table(art, faults, path, [&](table_row& file) {
            head_rig head;
            read_style(file, head);
            read_features(file, faces, head);
            read_shapes(file, head);
            read_hair(file, hair, head);
            if (file.find("fits") != nullptr) take_table(file, "fits", head.fits);
            if (file.find("child") != nullptr) take_table(file, "child", head.child);
            bool from_front = false;
            take(file, "front", from_front);
            if (from_front) head.parts = front;
            made.emplace(name, std::move(head));
        });
    }
    return made;
}

head_art draw_head(const head_rig& rig, const person& who, const treatment& finish,
                   const slot_map& colours) {
    return head_drawer(rig, who, finish, colours).draw();
}

std::string fit_of(const head_rig& rig, std::string_view part, std::string_view group,
                   std::string_view layer) {
    for (const auto name : {part, group, layer})
        if (const auto found = rig.fits.find(name); found != rig.fits.end()) return found->second;
    return {};
}

}  // namespace medusa::sketch
