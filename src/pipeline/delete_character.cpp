#include "pipeline/delete_character.hpp"

#include "pipeline/picture_file.hpp"

namespace medusa {

std::size_t delete_character(const pipeline_parts& with, const character& subject) {
    const auto folder = character_folder(with, subject);
    const auto files = with.assets.list(folder);
    // First, while the slug is taken: a character that gets the slug next has a file of this name
    // too. All other names hold an id.
    with.assets.remove(folder + "/embeddings/embeddings.json");
    with.characters.remove(subject.id);
    for (const auto& file : files)
        if (!file.ends_with("/embeddings.json")) with.assets.remove(file);
    return files.size();
}

}  // namespace medusa
