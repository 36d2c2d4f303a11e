#include "engine/sketch/lint_heads.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "engine/sketch/lint_notes.hpp"
#include "engine/sketch/svg_values.hpp"

namespace medusa::sketch {
namespace {

class head_lint : lint_notes {
public:
    head_lint(const rig& tables, const wardrobe& pieces, std::vector<art_fault>& faults)
        : lint_notes(faults), tables_(tables), pieces_(pieces) {
        for (const auto& hair : tables.hair) hair_.insert(hair.variant);
        for (const auto& [part, art] : pieces.parts) fitted_.insert(pieces.group_of(part));
        for (const auto& part : keys(pieces.parts)) fitted_.insert(part);
        for (const auto* layer : {"back", "skin", "ear", "face", "neck", "head", "front"})
            fitted_.insert(layer);
    }

    void run() {
        hair_words();
        if (!pieces_.heads.contains("lorelei")) tell("heads/lorelei.json", "the file is missing");
        for (const auto& [name, head] : pieces_.heads) {
            file_ = fmt::format("heads/{}.json", name);
            variants(head);
            shapes(head);
            fits(head);
            lashes(head);
        }
        files_never_drawn();
    }

private:
    // Words for hair are those of lorelei's variants; other rigs say what stands for them.
    void hair_words() {
        constexpr auto file = "rig/lorelei.json";
        if (tables_.hair.empty()) tell(file, "hair: the list is empty");
        int number = 0;
        for (const auto& hair : tables_.hair) {
            const auto place = fmt::format("hair {}", ++number);
            if (hair.variant.empty() || hair.styles.empty() || hair.length.empty())
                tell(file, place + " needs a variant, a length and a style at least");
            one_of(file, place, hair.length, keys(tables_.hair_ends), "row of hair_ends");
            one_of(file, place, hair.gender, {"female", "male", "elder", "any"}, "gender");
        }
        rows(file, "heads", keys(tables_.heads), {"female", "male", "neutral"});
        rows(file, "noses", keys(tables_.noses), {"female", "male", "neutral"});
    }

    void variants(const head_rig& head) {
        const auto hair = variants_of(head.style, "hair");
        const auto rear = variants_of(head.style, "rearHair");
        for (const auto& [stands_for, cut] : head.hair) {
            one_of(file_, "hair, for", stands_for, hair_, "hair in rig/lorelei.json");
            one_of(file_, "hair, variant", cut.variant, hair, "variant of the style's hair");
            one_of(file_, "hair, rear", cut.rear, rear, "variant of the style's rearHair");
        }
        for (const auto& variant : hair_) {
            if (head.hair.contains(variant)) continue;
            // People are dressed in the words of lorelei, so only that rig needs no row.
            if (head.head.empty())
                one_of("rig/lorelei.json", "hair", variant, hair, "hair variant of lorelei");
            else
                tell(file_, fmt::format("hair: nothing stands for {}", variant));
        }
        chosen(head, "head", head.head, tables_.heads);
        chosen(head, "nose", {}, tables_.noses);
    }
    // The one variant that a rig names, else those that people have.
    void chosen(const head_rig& head, const std::string& component, const std::string& only,
                const word_table<words>& of_people) {
        const auto drawn = variants_of(head.style, component);
        one_of(file_, component, only, drawn, "variant of the style");
        if (!only.empty() || drawn.empty()) return;
        for (const auto& [gender, list] : of_people)
            all_of("rig/lorelei.json", fmt::format("{}s, {}", component, gender), list, drawn,
                   "variant of lorelei");
    }

    void shapes(const head_rig& head) {
        if (head.scale <= 0) tell(file_, "scale must be above 0");
        for (const auto* component : {"hair", "rearHair", "head", "nose"}) {
            const auto place = head.places.find(component);
            const bool needed = head.style.find_component(component) != nullptr;
            const auto numbers = place == head.places.end()
                                     ? std::vector<double>()
                                     : svg_values(place->second).value_or(std::vector<double>());
            if (needed && numbers.size() != 2)
                tell(file_, fmt::format("places, {} must be two numbers, \"x y\"", component));
        }
        for (const auto& [key, path] : {std::pair{"neck", &head.neck},
                                        {"neck_shade", &head.neck_shade},
                                        {"chin_shade", &head.chin_shade},
                                        {"jaw", &head.jaw}})
            if (!path->empty() && !is_path_data(*path))
                tell(file_, fmt::format("{} must be path data", key));
        paths("skulls", head.skulls);
        paths("joints", head.joints);
        paths("noses", head.noses);
        if (!is_transform(head.on_body)) tell(file_, "on_body must be a transform");
    }

    void paths(const std::string& table, const word_table<std::string>& list) {
        for (const auto& [name, path] : list)
            if (!is_path_data(path))
                tell(file_, fmt::format("{}, {} must be path data", table, name));
    }

    void fits(const head_rig& head) {
        for (const auto& [what, transform] : head.fits) {
            one_of(file_, "fits", what, fitted_, "part, group or layer");
            if (!is_transform(transform))
                tell(file_, fmt::format("fits, {} must be a transform", what));
        }
    }

    void lashes(const head_rig& head) {
        constexpr std::string_view ending = "-lashes";
        const auto eyes = layers_of(head.eyes);
        for (const auto& layer : eyes)
            if (layer.ends_with(ending) &&
                !eyes.contains(layer.substr(0, layer.size() - ending.size())))
                tell(file_, fmt::format("the eyes of its face have {} but not what they belong to",
                                        layer));
    }

    void files_never_drawn() {
        names hair, used, front;
        for (const auto& [name, head] : pieces_.heads) {
            hair.merge(keys(head.hair_files));
            front.merge(keys(head.parts));
            for (const auto& [variant, cut] : head.hair)
                used.insert(cut.drawn.begin(), cut.drawn.end());
        }
        for (const auto& name : hair)
            if (!used.contains(name))
                tell(fmt::format("hair/{}.svg", name), "no table in heads/ draws it");
        for (const auto& name : front)
            if (!pieces_.parts.contains(name))
                tell(fmt::format("parts/front/{}.svg", name),
                     fmt::format("parts/{}.svg is missing: every part is drawn for lorelei first",
                                 name));
    }

    const rig& tables_;
    const wardrobe& pieces_;
    names hair_;    // words of looks: lorelei's variants
    names fitted_;  // parts, groups and layers
    std::string file_;
};

}  // namespace

void lint_heads(const rig& tables, const wardrobe& pieces, std::vector<art_fault>& faults) {
    head_lint(tables, pieces, faults).run();
}

}  // namespace medusa::sketch
