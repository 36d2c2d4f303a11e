// Search over a store, in a folder of its own, with an embedder that knows words and no meaning:
// texts are as near as the words they share. Test code.
#pragma once

#include <atomic>
#include <cmath>
#include <filesystem>
#include <string>

#include "core/hash.hpp"
#include "recall/desk.hpp"
#include "recall/query_words.hpp"
#include "search/flat/flat_index.hpp"
#include "store/stores.hpp"

namespace medusa::testing_support {

class word_embedder final : public embedder {
public:
    explicit word_embedder(std::string model = "words") : model_(std::move(model)) {}

    std::vector<embedding> embed(std::span<const std::string> texts) override {
        std::vector<embedding> made;
        for (const auto& text : texts) made.push_back(vector_of(text));
        embedded += texts.size();
        return made;
    }
    std::string_view model() const override { return model_; }

    std::atomic<std::size_t> embedded = 0;

private:
    static embedding vector_of(const std::string& text) {
        embedding vector{};
        vector[0] = 0.1F;  // so that a text without words has a direction
        for (const auto& word : words_of(text)) {
            const auto digest = sha256_hex(word);
            vector[std::stoul(digest.substr(0, 6), nullptr, 16) % vector.size()] += 1;
        }
        float squares = 0;
        for (const float number : vector) squares += number * number;
        for (float& number : vector) number /= std::sqrt(squares);
        return vector;
    }

    std::string model_;
};

struct recall_on_trial {
    recall_on_trial(const stores& stored, asset_store& assets, const std::filesystem::path& folder,
                    embedder& vectors)
        : follower({*stored.characters, *stored.reserved, *stored.feed, assets, vectors,
                    system_clock(), system_timer(), folder / "index", flat_index_kind}),
          desk({*stored.characters, *stored.words, vectors, follower}) {}

    index_follower follower;
    recall_desk desk;
};

}  // namespace medusa::testing_support
