#include "engine/sketch/wardrobe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/resources.hpp"
#include "core/text.hpp"

namespace medusa::sketch {
namespace {

constexpr std::string_view extension = ".svg";

wardrobe::pieces load_pieces(std::string_view folder) {
    wardrobe::pieces made;
    for (const auto path : resource_names(folder)) {
        if (!path.ends_with(extension)) continue;
        auto name = path.substr(folder.size());
        name.remove_suffix(extension.size());
        try {
            made.emplace(name, parse_fragment(resource(path)));
        } catch (const error& problem) {
            throw error(errc::internal, fmt::format("{}: {}", path, problem.detail()));
        }
    }
    return made;
}

// "Lab coat" and "lab_coat" are the vocabulary's "lab-coat".
std::string as_word(std::string_view text) {
    auto word = collapse_spaces(to_lower(text));
    std::replace_if(
        word.begin(), word.end(), [](char c) { return c == ' ' || c == '_'; }, '-');
    return word;
}

std::optional<std::string> find(const std::map<std::string, std::string, std::less<>>& table,
                                std::string_view word) {
    const auto found = table.find(as_word(word));
    if (found == table.end()) return std::nullopt;
    return found->second;
}

}  // namespace

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

wardrobe load_wardrobe() {
    wardrobe made;
    made.figure = parse_style(resource("dicebear/lorelei.json"));
    made.face = load_pieces("sketch/face/");
    made.parts = load_pieces("sketch/parts/");
    made.garments = load_pieces("sketch/garments/");
    made.limbs = load_pieces("sketch/figure/");
    made.finishes = load_pieces("sketch/finishes/");
    // A file's own name wins over what another file calls itself.
    for (const auto& [name, garment] : made.garments) made.garment_words[as_word(name)] = name;
    for (const auto& [name, garment] : made.garments)
        for (const auto& word : split(garment.attribute("words").value_or(""), ','))
            made.garment_words.emplace(as_word(word), name);
    made.scenes = scene_list();
    for (const auto& scene : made.scenes) made.scene_words[as_word(scene.name)] = scene.name;
    for (const auto& scene : made.scenes)
        for (const auto& word : scene.words) made.scene_words.emplace(as_word(word), scene.name);
    return made;
}

}  // namespace medusa::sketch
