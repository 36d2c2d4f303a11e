#include "pipeline/edit_character.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "pipeline/checked_prompt.hpp"
#include "pipeline/draft_to_character.hpp"
#include "pipeline/embedding_file.hpp"

namespace medusa {
namespace {

// A record does not keep the tags as they were given, but what they say of the personality.
std::vector<std::string> given_tags(const character& subject) {
    std::vector<std::string> tags{subject.traits.main_trait};
    for (const auto* more : {&subject.traits.sub_traits, &subject.tags.personality})
        for (const auto& tag : *more)
            if (tags.size() < limits::tags &&
                std::find(tags.begin(), tags.end(), tag) == tags.end())
                tags.push_back(tag);
    return tags;
}

character edited(const character& subject, const character_change& wanted) {
    character_draft draft;
    draft.name = wanted.name.value_or(subject.name);
    draft.description = wanted.description.value_or(subject.description);
    draft.tags = wanted.tags.value_or(given_tags(subject));
    draft.style = wanted.style.value_or(subject.style);
    auto read = draft_to_character(draft);
    auto after = subject;
    if (wanted.name) after.name = read.name;
    if (wanted.style) after.style = read.style;
    if (wanted.description) after.description = read.description;
    if (after.description != subject.description || wanted.tags) {
        after.traits = std::move(read.traits);
        after.tags = std::move(read.tags);
        after.appearance = std::move(read.appearance);
    }
    return after;
}

}  // namespace

std::optional<character> edit_character(const pipeline_parts& with, const character& subject,
                                        const character_change& wanted) {
    auto after = edited(subject, wanted);
    if (after == subject) return subject;
    checked_prompt(with, after, {});
    after.version = subject.version + 1;
    after.updated_at = with.time.now();
    const bool means_else = embedding_text(after) != embedding_text(subject);
    if (means_else) after.embeddings = store_embedding(with, after);
    if (with.characters.update(subject, after)) return after;
    // Somebody else was quicker: the embedding is to be of what there is.
    if (means_else)
        if (const auto stored = with.characters.find(subject.id)) store_embedding(with, *stored);
    return std::nullopt;
}

}  // namespace medusa
