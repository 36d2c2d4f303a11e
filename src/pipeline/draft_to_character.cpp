#include "pipeline/draft_to_character.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "domain/look.hpp"
#include "domain/seed.hpp"
#include "domain/traits.hpp"

namespace medusa {

character draft_to_character(const character_draft& given) {
    const auto draft = validate(given);
    character record;
    record.name = draft.name;
    record.description = draft.description;
    record.style = draft.style;
    record.appearance = parse_look(draft.description, draft.tags, draft.name);
    record.traits = traits_of(draft.description, draft.tags);
    record.tags = tags_of(draft.description, draft.tags, record.appearance, draft.style);
    record.character_seed = character_seed(draft.name, draft.description);
    record.generation.seed = draft.seed.value_or(record.character_seed);
    record.generation.settings = draft.settings;
    return record;
}

std::string embedding_text(const character& subject) {
    auto text = subject.description;
    const auto& [type, genre, personality, appearance, origin, rating] = subject.tags;
    std::vector<std::string> words;
    if (!subject.traits.main_trait.empty()) words.push_back(subject.traits.main_trait);
    for (const auto* group :
         {&subject.traits.sub_traits, &type, &genre, &personality, &appearance, &origin})
        for (const auto& word : *group)
            if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
    constexpr std::string_view ends_of_sentences = ".!?";
    if (!text.empty() && ends_of_sentences.find(text.back()) == std::string_view::npos) text += '.';
    if (!words.empty()) text += fmt::format(" {}.", fmt::join(words, ", "));
    return text;
}

}  // namespace medusa
