#include "engine/sketch/mapper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/sketch/colour.hpp"
#include "engine/sketch/dice_random.hpp"
#include "engine/sketch/mood.hpp"

namespace medusa::sketch {
namespace {

// How far the colours of one person may lie from those of the words: seen side by side, not named.
constexpr double skin_shades = 0.1;
constexpr double hair_shades = 0.2;
// Hair of at least this brightness looks dirty where its shade is dark.
constexpr double pale_hair = 0.7;
constexpr double pale_shades = 0.07;
constexpr double iris_shades = 0.15;

bool has(const words& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

template <class Row>
const Row* row_of(const word_table<Row>& table, std::string_view word) {
    const auto found = table.find(word);
    return found == table.end() ? nullptr : &found->second;
}

// Fills one person; every draw has a key of its own, so none depends on another.
class dresser {
public:
    dresser(const rig& tables, const wardrobe& pieces, const look& appearance,
            std::uint32_t character_seed, std::vector<std::string>& notes)
        : tables_(tables),
          pieces_(pieces),
          look_(appearance),
          notes_(notes),
          random_(std::to_string(character_seed)),
          role_(row_of(tables.roles, appearance.role)),
          species_(row_of(tables.species, role_ == nullptr || role_->species.empty()
                                              ? appearance.species
                                              : role_->species)) {
        made_.pattern = std::to_string(character_seed);
        choose_gender();
    }

    person dress() {
        made_.lashes = gender_ == "female";
        made_.bold = gender_ == "male";
        made_.child = look_.age_band == "child";
        made_.head = pick("look.head", tables_.heads.at(made_.child ? "child" : gender_));
        made_.nose = pick("look.nose", tables_.noses.at(gender_));
        choose_hair();
        colour();
        choose_parts();
        choose_garment();
        return made_;
    }

private:
    std::string pick(std::string_view key, const words& from) const {
        return random_.pick(key, from).value_or("");
    }

    // Where the look leaves it open, a beard or a gown suggests one; else the seed decides.
    void choose_gender() {
        gender_ = look_.gender;
        words said = look_.outfit;
        said.insert(said.end(), look_.accessories.begin(), look_.accessories.end());
        said.insert(said.end(), {look_.hair_style, look_.role});
        if (gender_.empty() && !look_.facial_hair.empty()) gender_ = "male";
        for (const auto& [gender, suggesting] : tables_.suggests)
            for (const auto& word : suggesting)
                if (gender_.empty() && has(said, word)) gender_ = gender;
        if (gender_.empty()) gender_ = random_.boolean("look.gender") ? "female" : "male";
    }

    bool says_hair() const {
        return !(look_.hair_color.empty() && look_.hair_length.empty() && look_.hair_style.empty());
    }

    double score(const hair_entry& hair) const {
        double points = 0;
        const bool elder = look_.age_band == "elder" && gender_ == "male";
        if (hair.gender == gender_ || (hair.gender == "elder" && elder))
            points += 1;
        else if (hair.gender != "any")
            points -= gender_ == "neutral" ? 0.5 : 2;
        const auto& length =
            species_ != nullptr && !says_hair() ? species_->hair_length : look_.hair_length;
        if (!length.empty()) points += hair.length == length ? 3 : -1;
        if (!look_.hair_style.empty()) {
            points += has(hair.styles, look_.hair_style) ? 4 : 0;
            points += hair.styles.front() == look_.hair_style ? 0.5 : 0;
        }
        const bool rare = hair.length == "bald" || has(hair.styles, "balding") ||
                          has(hair.styles, "mohawk") || has(hair.styles, "side-swept") ||
                          (hair.styles.front() == "topknot" && look_.hair_style.empty());
        return points - (rare ? 2.5 : 0);
    }

    void choose_hair() {
        double best = -100;
        words chosen;
        for (const auto& hair : tables_.hair) {
            const double points = score(hair);
            if (points > best) chosen.clear();
            if (points >= best) chosen.push_back(hair.variant);
            best = std::max(best, points);
        }
        made_.hair = pick("look.hair", chosen);
        for (const auto& hair : tables_.hair) {
            if (hair.variant != made_.hair) continue;
            made_.bare = hair.bare;
            made_.hair_end = tables_.hair_ends.at(hair.length);
        }
    }

    // Of the complexions, those with the word among their skins, hair or eyes; all where none has.
    static void keep(std::vector<const complexion*>& among, auto has_word) {
        std::vector<const complexion*> fitting;
        std::copy_if(among.begin(), among.end(), std::back_inserter(fitting),
                     [&](const auto* one) { return has_word(*one); });
        if (!fitting.empty()) among = std::move(fitting);
    }

    // What goes with the colours that the look names: blond hair seldom comes with dark eyes.
    const complexion& choose_complexion(const std::string& skin) const {
        std::vector<const complexion*> among;
        for (const auto& one : tables_.complexions) among.push_back(&one);
        keep(among, [&](const auto& one) { return one.skin == skin; });
        keep(among, [&](const auto& one) { return has(one.hair, look_.hair_color); });
        keep(among, [&](const auto& one) { return has(one.eyes, look_.eye_color); });
        std::vector<std::pair<std::string, double>> shares;
        for (const auto* one : among) shares.emplace_back(one->skin, one->share);
        const auto chosen = random_.weighted_pick("look.complexion", shares);
        return **std::find_if(among.begin(), among.end(),
                              [&](const auto* one) { return one->skin == chosen; });
    }

    // The word itself where the table knows it, else one of the species, else a natural one.
    std::string word_of(const word_table<tone>& table, const std::string& word,
                        const words species_entry::*own, const words& natural,
                        std::string_view key) const {
        if (table.contains(word)) return word;
        const bool special = species_ != nullptr && !(species_->*own).empty();
        return pick(key, special ? species_->*own : natural);
    }

    // A shade of one's own: people of whom the same words are said still differ a little, always in
    // the same way. `most` is the largest share of white, black, warm or cool light in it.
    std::string own_shade(std::string_view colour, std::string_view key, double most) const {
        const auto drawn = [&](const char* what) {
            return random_.floating(fmt::format("look.shade.{}.{}", key, what), -most, most);
        };
        const double light = drawn("light");
        const double warmth = drawn("warmth") / 2;
        const auto lit = mix(colour, light < 0 ? "#1c1026" : "#ffffff", std::abs(light));
        return mix(lit, warmth < 0 ? "#7f9cff" : "#ff8a4c", std::abs(warmth));
    }

    void colour() {
        auto skin_word = word_of(tables_.skins, look_.skin, &species_entry::skin, {}, "look.skin");
        const auto& natural = choose_complexion(skin_word);
        if (skin_word.empty()) skin_word = natural.skin;
        const auto& skin = tables_.skins.at(skin_word);
        made_.skin = own_shade(skin.base, "skin", skin_shades);
        made_.skin_shade = own_shade(skin.dark, "skin", skin_shades);

        const bool grey = look_.age_band == "elder" && look_.hair_color.empty();
        const auto& hair =
            tables_.hair_colours.at(word_of(tables_.hair_colours, grey ? "gray" : look_.hair_color,
                                            &species_entry::hair, natural.hair, "look.hair_color"));
        hair_tones(hair);

        const auto& eyes =
            tables_.eye_colours.at(word_of(tables_.eye_colours, look_.eye_color,
                                           &species_entry::eyes, natural.eyes, "look.eye_color"));
        made_.iris = own_shade(eyes.base, "iris", iris_shades);
        const auto* other = row_of(tables_.eye_colours, look_.eye_color2);
        made_.iris2 = own_shade(other != nullptr ? other->base : eyes.base, "iris", iris_shades);
    }

    void hair_tones(const tone& hair) {
        const auto light = hair.light.empty() ? mix(hair.base, "#ffffff", 0.3) : hair.light;
        const auto dark = hair.dark.empty() ? mix(hair.base, "#1a0c2a", 0.38) : hair.dark;
        made_.hair_stops = hair.stops.empty() ? words{light, hair.base, dark} : hair.stops;
        made_.hair_line = hair.line.empty() ? mix(dark, "#140a1e", 0.45) : hair.line;
        if (const auto* second = row_of(tables_.hair_colours, look_.hair_color2);
            second != nullptr && hair.stops.empty())
            made_.hair_stops = {hair.base, mix(hair.base, second->base, 0.5), second->base};
        made_.many_hued = !hair.stops.empty() || !look_.hair_color2.empty();
        const double most = brightness(hair.base) < pale_hair ? hair_shades : pale_shades;
        for (auto& stop : made_.hair_stops) stop = own_shade(stop, "hair", most);
    }

    // "A hat" on a witch is a witch's hat, "a cap" on a nurse a nurse's: what the role wears of a
    // group, if anything; `kind` is "yes" for anything of it, or the one part that may be meant.
    std::optional<std::string> own_kind(std::string_view group, std::string_view kind) const {
        if (role_ == nullptr) return std::nullopt;
        for (const auto* list : {gender_ == "male" ? &role_->male : &role_->female,
                                 &role_->accessories, &role_->sometimes})
            for (const auto& part : *list)
                if (kind == "yes" ? pieces_.group_of(part) == group : part == kind) return part;
        return std::nullopt;
    }

    // Adds a part unless its group is taken; false for a word that nothing is drawn for.
    bool wear(std::string_view word) {
        std::string part(word);
        if (const auto* other = row_of(tables_.aliases, word)) part = *other;
        if (part.empty() || has(look_.absent, word) || has(look_.absent, part)) return true;
        if (!pieces_.parts.contains(part)) return false;
        const auto group = pieces_.group_of(part);
        if (const auto kind = pieces_.parts.at(part).attribute("any-kind"))
            part = own_kind(group, *kind).value_or(part);
        const bool taken = std::any_of(made_.parts.begin(), made_.parts.end(), [&](auto& worn) {
            return worn == part || (!group.empty() && pieces_.group_of(worn) == group);
        });
        if (!taken) made_.parts.push_back(std::move(part));
        return true;
    }
    void wear_all(const words& list) {
        for (const auto& word : list) wear(word);
    }

    // What a role wears of itself hides nothing that the look describes.
    void wear_of_role() {
        const bool hatless =
            has(tables_.hatless_hair, look_.hair_style) || has(look_.absent, "hat");
        const auto take = [&](const words& list) {
            for (const auto& part : list)
                if (!hatless || pieces_.group_of(part) != "hat") wear(part);
        };
        if (!says_hair() && random_.boolean("look.hat")) take(role_->sometimes);
        take(gender_ == "male" ? role_->male : role_->female);
        take(role_->accessories);
    }

    void choose_parts() {
        if (species_ != nullptr) {
            wear_all(species_->parts);
            if (gender_ == "male" && look_.facial_hair.empty()) wear_all(species_->male);
            const bool free = look_.hair_style.empty() || look_.hair_style == "braid";
            if (gender_ == "female" && free && look_.hair_length != "short" && !made_.bare)
                wear_all(species_->female);
        }
        const bool braided = look_.species == "dwarf" && look_.facial_hair.ends_with("beard");
        if (!look_.facial_hair.empty()) wear(braided ? "braided-beard" : look_.facial_hair);
        if (look_.age_band == "elder") wear("wrinkles");
        wear_all(look_.marks);
        for (const auto& word : look_.accessories)
            if (!wear(word)) notes_.push_back(fmt::format("sketch cannot draw '{}' yet", word));
        // Garments that are drawn as parts: a cape, a scarf.
        wear_all(look_.outfit);
        if (role_ != nullptr) wear_of_role();
    }

    std::string garment_for(std::string_view word) const {
        const auto* other = row_of(tables_.aliases, word);
        return pieces_.garment_for(other != nullptr ? *other : word).value_or("");
    }

    void choose_garment() {
        words wanted = look_.outfit;
        if (role_ != nullptr) wanted.push_back(role_->garment);
        if (species_ != nullptr) wanted.push_back(species_->garment);
        wanted.push_back(look_.role);
        const bool young = made_.child || look_.age_band == "teen";
        const bool own = species_ != nullptr && !species_->garment.empty();
        const bool plain = role_ == nullptr && !own && look_.outfit.empty();
        if (plain)
            wanted.push_back(
                pick("look.garment", young ? tables_.young_garments : tables_.plain_garments));
        for (const auto& word : tables_.plain_garments) wanted.push_back(word);
        for (const auto& word : wanted)
            if (made_.garment.empty()) made_.garment = garment_for(word);
        if (made_.garment.empty() && !pieces_.garments.empty())
            made_.garment = pieces_.garments.begin()->first;

        std::string colour = look_.palette;
        if (colour.empty() && role_ != nullptr) colour = role_->colour;
        if (colour.empty() && plain) {
            words all;
            for (const auto& [word, cloth] : tables_.cloth) all.push_back(word);
            colour = pick("look.cloth", all);
        }
        if (const auto* cloth = row_of(tables_.cloth, colour))
            made_.cloth = {{"main", cloth->base},
                           {"main_dark", mix(cloth->base, "#160c24", 0.36)},
                           {"main_light", mix(cloth->base, "#ffffff", 0.22)}};
        if (const auto* felt = row_of(tables_.cloth, look_.hat_color))
            made_.hat = {{"main", felt->base}, {"dark", mix(felt->base, "#160c24", 0.36)}};
    }

    const rig& tables_;
    const wardrobe& pieces_;
    const look& look_;
    std::vector<std::string>& notes_;
    dice_random random_;
    const role_entry* role_;        // nullptr: none
    const species_entry* species_;  // nullptr: human
    std::string gender_;
    person made_;
};

}  // namespace

person plan_person(const rig& tables, const wardrobe& pieces, const look& appearance,
                   std::uint32_t character_seed, std::vector<std::string>& notes) {
    return dresser(tables, pieces, appearance, character_seed, notes).dress();
}

}  // namespace medusa::sketch
