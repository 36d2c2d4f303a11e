// The embedder port: texts to vectors whose nearness is nearness of meaning.
//
// Made in app/parts.cpp; used from several threads at once. Errors: error(storage) when the model's
// files are missing or damaged.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace medusa {

inline constexpr std::size_t embedding_dimension = 384;
// Of unit length: the dot product of two is their cosine.
using embedding = std::array<float, embedding_dimension>;

class embedder {
public:
    virtual ~embedder() = default;
    // One vector a text, in the order given. Texts beyond 256 tokens are cut there.
    virtual std::vector<embedding> embed(std::span<const std::string> texts) = 0;
    // Recorded beside each vector; vectors of different models are never compared.
    virtual std::string_view model() const = 0;
};

}  // namespace medusa
