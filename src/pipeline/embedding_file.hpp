// The file of a character's embedding. Any thread.
#pragma once

#include "pipeline/parts.hpp"

namespace medusa {

// Computes the embedding of the record and puts it in its place, over the one that lies there;
// returns what the record says of it. Needs nothing of the picture. Throws what embedder and asset
// store throw.
embeddings_info store_embedding(const pipeline_parts& with, character record);

}  // namespace medusa
