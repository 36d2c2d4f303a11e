// The two JSON files that lie beside a character's pictures (interface.md 5): the embedding, and
// for each picture the manifest with everything needed to make it again. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/character.hpp"

namespace medusa {

// embeddings.json: characterId, model, dimension, text, vector, createdAt.
std::string embeddings_document(const character& owner, const std::string& text,
                                std::span<const float> vector);
struct stored_embedding {
    std::string model;
    std::string text;
    std::vector<float> vector;
};
// What such a file holds; empty for what is none.
std::optional<stored_embedding> embedding_in(std::string_view document);

// generations/{imageId}.json, and the `medusa` chunk of the picture itself. Holds neither address
// nor digest of the picture: both exist only after it was written.
std::string manifest_document(const character& owner, const image& picture);

}  // namespace medusa
