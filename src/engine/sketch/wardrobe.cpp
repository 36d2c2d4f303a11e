#include "engine/sketch/wardrobe.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace medusa::sketch {
namespace {

std::optional<std::string> find(const std::map<std::string, std::string, std::less<>>& table,
                                std::string_view word) {
    const auto found = table.find(as_word(word));
    if (found == table.end()) return std::nullopt;
    return found->second;
}

}  // namespace

std::string as_word(std::string_view text) {
    auto word = collapse_spaces(to_lower(text));
    std::replace_if(
        word.begin(), word.end(), [](char c) { return c == ' ' || c == '_'; }, '-');
    return word;
}

std::string wardrobe::group_of(std::string_view part) const {
    const auto found = parts.find(part);
    return found == parts.end() ? std::string() : found->second.attribute("group").value_or("");
}

std::optional<std::string> wardrobe::garment_for(std::string_view word) const {
    return find(garment_words, word);
}

std::optional<std::string> wardrobe::scene_for(std::string_view word) const {
    return find(scene_words, word);
}

wardrobe read_wardrobe(const art_files& art, std::vector<art_fault>& faults) {
    wardrobe made;
    made.heads = read_heads(art, faults);
    made.parts = load_fragments(art, "parts/", faults);
    made.garments = load_fragments(art, "garments/", faults);
    made.limbs = load_fragments(art, "figure/", faults);
    made.finishes = load_fragments(art, "finishes/", faults);
    // A file's own name wins over what another file calls itself.
    for (const auto& [name, garment] : made.garments) made.garment_words[as_word(name)] = name;
    for (const auto& [name, garment] : made.garments)
        for (const auto& word : split(garment.attribute("words").value_or(""), ','))
            made.garment_words.emplace(as_word(word), name);
    made.places = load_scenery(art, faults);
    made.scenes = scene_list(made.places);
    for (const auto& scene : made.scenes) made.scene_words[as_word(scene.name)] = scene.name;
    for (const auto& scene : made.scenes)
        for (const auto& word : scene.words) made.scene_words.emplace(as_word(word), scene.name);
    return made;
}

wardrobe load_wardrobe(const art_files& art) {
    std::vector<art_fault> faults;
    auto made = read_wardrobe(art, faults);
    refuse_faults(faults);
    return made;
}

}  // namespace medusa::sketch
