#include "engine/sketch/lint_notes.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "engine/sketch/svg_values.hpp"

namespace medusa::sketch {

names layers_of(const fragment& piece) {
    return {piece.layers().begin(), piece.layers().end()};
}

names layers_of(const wardrobe::pieces& from, std::string_view name) {
    const auto found = from.find(name);
    return found == from.end() ? names() : layers_of(found->second);
}

names variants_of(const dice_style& style, std::string_view component) {
    names made;
    if (const auto* found = style.find_component(component))
        for (const auto& variant : found->variants) made.insert(variant.name);
    return made;
}

void lint_notes::tell(std::string_view file, const std::string& what) const {
    faults_.push_back({std::string(file), what});
}

void lint_notes::one_of(std::string_view file, const std::string& place, std::string_view word,
                        const names& known, std::string_view what) const {
    if (word.empty() || known.contains(word)) return;
    const std::vector<std::string> list(known.begin(), known.end());
    const auto near = nearest(word, list);
    tell(file, fmt::format("{}: there is no {} '{}'{}", place, what, word,
                           near.empty() ? "" : fmt::format("; do you mean '{}'?", near)));
}

void lint_notes::all_of(std::string_view file, const std::string& place, const words& list,
                        const names& known, std::string_view what) const {
    for (const auto& word : list) one_of(file, place, word, known, what);
}

void lint_notes::rows(std::string_view file, const std::string& place, const names& have,
                      const words& needed) const {
    for (const auto& row : needed)
        if (!have.contains(row)) tell(file, fmt::format("{}, '{}' is missing", place, row));
}

void lint_notes::colour(std::string_view file, const std::string& place,
                        const std::string& value) const {
    if (!value.empty() && !is_hex_colour(value))
        tell(file, fmt::format("{}: '{}' must be #rrggbb in lower case", place, value));
}

}  // namespace medusa::sketch
