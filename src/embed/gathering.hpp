// An embedder that gathers what several threads ask for at the same time into one batch, which a
// model does faster than one text after the other. Nobody waits for others to come: while one batch
// is computed, the next one gathers.
//
// Made in app/parts.cpp; any thread. Throws what the embedder inside throws, to each of those whose
// texts were in the batch.
#pragma once

#include <memory>

#include "embed/embedder.hpp"

namespace medusa {

// Texts of one batch, whoever asked for them; who asks for more at once gets a batch of their own.
inline constexpr std::size_t gathered_most = 32;

std::unique_ptr<embedder> make_gathering_embedder(std::unique_ptr<embedder> inside);

}  // namespace medusa
