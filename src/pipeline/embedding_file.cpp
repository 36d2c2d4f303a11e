#include "pipeline/embedding_file.hpp"

#include "pipeline/draft_to_character.hpp"
#include "pipeline/picture_file.hpp"
#include "record/documents.hpp"

namespace medusa {

embeddings_info store_embedding(const pipeline_parts& with, character record) {
    record.embeddings.model = with.vectors.model();
    const auto text = embedding_text(record);
    const auto vector = with.vectors.embed({&text, 1}).front();
    record.embeddings.url = with.assets
                                .put(embeddings_path(character_folder(with, record)),
                                     embeddings_document(record, text, vector), if_present::replace)
                                .url;
    return record.embeddings;
}

}  // namespace medusa
