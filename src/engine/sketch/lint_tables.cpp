#include "engine/sketch/lint_tables.hpp"

#include <fmt/format.h>

#include "domain/character.hpp"
#include "domain/style.hpp"
#include "engine/sketch/lint_notes.hpp"
#include "engine/sketch/svg_values.hpp"

namespace medusa::sketch {
namespace {

class table_lint : lint_notes {
public:
    table_lint(const rig& tables, const wardrobe& pieces, std::vector<art_fault>& faults)
        : lint_notes(faults), tables_(tables), pieces_(pieces) {
        worn_ = keys(pieces.parts);
        for (const auto& [word, part] : tables.aliases) worn_.insert(word);
    }

    void run() {
        colours();
        roles();
        species();
        moods();
        styles_and_frames();
        cuts();
        poses();
        wardrobe_needs();
    }

private:
    void tones(const std::string& table, const word_table<tone>& list) {
        constexpr auto file = "colors.json";
        if (list.empty()) tell(file, table + ": the table is empty");
        for (const auto& [word, one] : list) {
            const auto place = fmt::format("{}, {}", table, word);
            if (one.base.empty()) tell(file, place + " needs a base");
            for (const auto& value : {one.base, one.light, one.dark, one.line})
                colour(file, place, value);
            for (const auto& value : one.stops) colour(file, place, value);
        }
    }

    void colours() {
        constexpr auto file = "colors.json";
        tones("hair", tables_.hair_colours);
        tones("eyes", tables_.eye_colours);
        tones("skin", tables_.skins);
        tones("cloth", tables_.cloth);
        int number = 0;
        if (tables_.complexions.empty()) tell(file, "complexions: the list is empty");
        for (const auto& one : tables_.complexions) {
            const auto place = fmt::format("complexions {}", ++number);
            if (one.skin.empty() || one.hair.empty() || one.eyes.empty())
                tell(file, place + " needs a skin, hair and eyes");
            one_of(file, place, one.skin, keys(tables_.skins), "skin");
            all_of(file, place, one.hair, keys(tables_.hair_colours), "hair colour");
            all_of(file, place, one.eyes, keys(tables_.eye_colours), "eye colour");
        }
    }

    void garment(const std::string& place, const std::string& word) {
        const auto other = tables_.aliases.find(word);
        if (!word.empty() &&
            !pieces_.garment_for(other == tables_.aliases.end() ? word : other->second))
            tell("roles.json", fmt::format("{}: no garment is called '{}'", place, word));
    }
    void setting(const std::string& place, const std::string& word) {
        if (!word.empty() && !pieces_.scene_for(word))
            tell("roles.json", fmt::format("{}: no scene is called '{}'", place, word));
    }

    void roles() {
        constexpr auto file = "roles.json";
        for (const auto& [role, row] : tables_.roles) {
            const auto place = "roles, " + role;
            garment(place, row.garment);
            setting(place, row.setting);
            one_of(file, place, row.colour, keys(tables_.cloth), "colour of cloth");
            one_of(file, place, row.species, keys(tables_.species), "row of species");
            for (const auto* list : {&row.accessories, &row.female, &row.male, &row.sometimes})
                all_of(file, place, *list, worn_, "part");
        }
        for (const auto& [word, part] : tables_.aliases)
            if (!pieces_.parts.contains(part) && !pieces_.garment_for(part) && !part.empty())
                tell(file,
                     fmt::format("aliases, {}: there is no part or garment '{}'", word, part));
        for (const auto& [place, time] : tables_.usual_times) {
            setting("usual_times", place);
            one_of(file, "usual_times, " + place, time, {"day", "dusk", "night"}, "time");
        }
        for (const auto& word : tables_.plain_garments) garment("plain_garments", word);
        for (const auto& word : tables_.young_garments) garment("young_garments", word);
        for (const auto& word : tables_.plain_settings) setting("plain_settings", word);
        for (const auto& [gender, list] : tables_.suggests)
            one_of(file, "suggests", gender, {"female", "male", "neutral"}, "gender");
    }

    void species() {
        constexpr auto file = "roles.json";
        for (const auto& [name, row] : tables_.species) {
            const auto place = "species, " + name;
            garment(place, row.garment);
            setting(place, row.setting);
            all_of(file, place, row.parts, worn_, "part");
            all_of(file, place, row.male, worn_, "part");
            all_of(file, place, row.skin, keys(tables_.skins), "skin");
            all_of(file, place, row.hair, keys(tables_.hair_colours), "hair colour");
            all_of(file, place, row.eyes, keys(tables_.eye_colours), "eye colour");
            one_of(file, place, row.hair_length, keys(tables_.hair_ends), "length of hair");
        }
    }

    void moods() {
        constexpr auto file = "moods.json";
        rows(file, "moods", keys(tables_.moods), {"neutral"});
        for (const auto& [mood, row] : tables_.moods) {
            const auto place = "moods, " + mood;
            if (row.eyes.empty() || row.brows.empty() || row.mouth.empty())
                tell(file, place + " needs eyes, brows and a mouth");
            for (const auto& [name, head] : pieces_.heads) {
                const auto of = [&](std::string_view what) {
                    return fmt::format("layer of the {} of {}", what, name);
                };
                one_of(file, place, row.eyes, layers_of(head.eyes), of("eyes"));
                one_of(file, place, row.brows, layers_of(head.brows), of("brows"));
                one_of(file, place, row.brows + "-bold", layers_of(head.brows), of("brows"));
                one_of(file, place, row.mouth, layers_of(head.mouths), of("mouths"));
            }
            one_of(file, place, row.trait, keys(tables_.moods), "mood");
            all_of(file, place, row.signs, keys(pieces_.parts), "part");
            if (row.blush < 0 || row.blush > 1) tell(file, place + ": blush must be from 0 to 1");
        }
    }

    void styles_and_frames() {
        names known;
        for (const auto& style : styles()) known.insert(style.name);
        const auto finishes = keys(pieces_.finishes);
        for (const auto& [style, row] : tables_.treatments) {
            const auto place = "treatments, " + style;
            one_of("treatments.json", place, style, known, "style");
            one_of("treatments.json", place, row.head, keys(pieces_.heads), "file of heads/");
            one_of("treatments.json", place, row.fragment, finishes, "file of finishes/");
            colour("treatments.json", place, row.ink);
            colour("treatments.json", place, row.tint);
        }
        for (const auto& [type, row] : tables_.frames) {
            const auto place = "frames, " + type;
            if (!image_type_from(type))
                tell("rig/lorelei.json", place + ": there is no such type of image");
            one_of("rig/lorelei.json", place, row.fragment, finishes, "file of finishes/");
        }
    }

    // A colour of a cut: a slot of its garment, or a colour itself.
    void cut_colour(const std::string& place, const std::string& value, const slot_map& palette) {
        const bool slot = palette.contains(value) || value == "skin" || value == "shade";
        if (!value.empty() && !slot && !is_hex_colour(value))
            tell("figure/figure.json",
                 fmt::format("{}: '{}' is no slot of the garment and no #rrggbb", place, value));
    }

    void cuts() {
        constexpr auto file = "figure/figure.json";
        const auto& all = tables_.figures.cuts;
        rows(file, "cuts", keys(all), {""});
        for (const auto& [name, garment] : pieces_.garments)
            if (!all.contains(name))
                tell(file, fmt::format("cuts, '{0}' is missing: how garments/{0}.svg goes on "
                                       "below the chest",
                                       name));
        for (const auto& [name, row] : all) {
            const auto place = "cuts, " + name;
            one_of(file, place, name.substr(0, name.find('/')), keys(pieces_.garments), "garment");
            one_of(file, place, row.sleeve, {"none", "short", "long", "wide"}, "sleeve");
            one_of(file, place, row.skirt, {"none", "short", "knee", "long"}, "skirt");
            one_of(file, place, row.tails, {"none", "knee", "long"}, "tails");
            one_of(file, place, row.shoe, layers_of(pieces_.limbs, "shoes"), "layer of shoes.svg");
            const auto garment = pieces_.garments.find(name.substr(0, name.find('/')));
            slot_map palette = {{"main", ""}, {"main_dark", ""}};
            if (garment != pieces_.garments.end()) palette = garment->second.palette();
            for (const auto& value : {row.sleeve_fill, row.skirt_fill, row.cuff, row.hem, row.legs,
                                      row.belt, row.buckle, row.shoe_fill, row.gloves, row.plates})
                cut_colour(place, value, palette);
        }
    }

    void limb(const std::string& file, const std::string& place, const limb_pose& how) {
        one_of(file, place, how.shape, layers_of(pieces_.limbs, "hands"), "layer of hands.svg");
        if (how.upper_length <= 0 || how.lower_length <= 0)
            tell(file, place + ": lengths must be above 0");
    }

    void poses() {
        constexpr auto file = "figure/figure.json";
        const auto& all = tables_.figures;
        const auto props = layers_of(pieces_.limbs, "props");
        for (const auto& [name, row] : all.poses) {
            const auto own = fmt::format("poses/{}.json", name);
            limb(own, "left_arm", row.left_arm);
            limb(own, "right_arm", row.right_arm);
            one_of(own, "hand", row.hand, {"left", "right", "both"}, "hand");
            one_of(own, "prop", row.prop, props, "layer of props.svg");
            one_of(own, "seat", row.seat, props, "layer of props.svg");
            one_of(own, "effect", row.effect, props, "layer of props.svg");
        }
        const auto poses = keys(all.poses);
        rows("poses/", "poses", poses, {"standing", "confident"});
        for (const auto& [role, pose] : all.role_poses)
            one_of(file, "role_poses, " + role, pose, poses, "pose");
        for (const auto& [word, pose] : all.pose_words)
            one_of(file, "pose_words, " + word, pose, poses, "pose");
        for (const auto& pose : all.half_body_poses)
            one_of(file, "half_body_poses", pose, poses, "pose");
        for (const auto& pose : all.variation_poses)
            one_of(file, "variation_poses", pose, poses, "pose");
        for (const auto& mood : all.variation_moods)
            one_of(file, "variation_moods", mood, keys(tables_.moods), "mood");
        for (const auto& [type, framing] : all.usual_framings) {
            if (!image_type_from(type))
                tell(file, fmt::format("usual_framings, {}: there is no such type of image", type));
            one_of(file, "usual_framings, " + type, framing, {"half-body", "full-body", "portrait"},
                   "framing");
        }
        for (const auto& [role, prop] : all.role_props)
            one_of(file, "role_props, " + role, prop, props, "layer of props.svg");
        for (const auto& [part, prop] : all.prop_of_part)
            one_of(file, "held, " + part, prop, props, "layer of props.svg");
        rows(file, "seats", keys(all.seats), {"indoors", "outdoors"});
        for (const auto& [place, seat] : all.seats)
            one_of(file, "seats, " + place, seat, props, "layer of props.svg");
        for (const auto& [who, tail] : all.tails)
            one_of(file, "tails, " + who, tail, layers_of(pieces_.limbs, "tails"),
                   "layer of tails.svg");
        rows(file, "builds", keys(all.builds), {""});
        for (const auto& [style, build] : all.builds)
            for (const auto& [name, field] : proportion_fields)
                if (build.*field <= 0)
                    tell(file, fmt::format("builds, {}: {} must be above 0", style, name));
    }

    // Files and slots that the program itself asks for.
    void wardrobe_needs() {
        for (const auto& [folder, have, needed] :
             {std::tuple{"figure/", keys(pieces_.limbs), words{"hands", "shoes", "props", "tails"}},
              {"weather/", keys(pieces_.places.skies), words{"rain", "snow", "fog"}},
              {"scenes/", keys(pieces_.places.places), words{"studio"}},
              {"parts/", keys(pieces_.parts), words{"cape", "hood"}}})
            for (const auto& name : needed)
                if (!have.contains(name))
                    tell(fmt::format("{}{}.svg", folder, name), "the file is missing");
        for (const auto& [name, garment] : pieces_.garments)
            palette_has(fmt::format("garments/{}.svg", name), garment, {"main", "main_dark"});
        for (const auto* name : {"cape", "hood"})
            if (const auto found = pieces_.parts.find(name); found != pieces_.parts.end())
                palette_has(fmt::format("parts/{}.svg", name), found->second, {"main", "dark"});
    }
    void palette_has(const std::string& file, const fragment& piece, const words& needed) {
        const auto palette = piece.palette();
        for (const auto& slot : needed)
            if (!palette.contains(slot))
                tell(file, fmt::format("<m:palette> has no {}, which the full figure needs", slot));
    }

    const rig& tables_;
    const wardrobe& pieces_;
    names worn_;  // parts and the other names for them
};

}  // namespace

void lint_tables(const rig& tables, const wardrobe& pieces, std::vector<art_fault>& faults) {
    table_lint(tables, pieces, faults).run();
}

}  // namespace medusa::sketch
