// BERT's uncased WordPiece tokenizer: text to the numbers that the sentence model reads.
//
// Owned by the MiniLM embedder. Immutable once made: any thread. The rules are those of the model's
// tokenizer.json (BertNormalizer, BertPreTokenizer, WordPiece), on ICU; the fidelity test compares
// the numbers with Hugging Face's own. One difference is meant: "[SEP]" and the like in a user's
// text are plain text here, never control tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace medusa {

// The advice in every error about the language model's files.
inline constexpr const char* make_models_again =
    "Run ./scripts/setup to make the language model again";

class wordpiece {
public:
    // `vocabulary`: one token a line, its line number (from 0) is its id. Throws error(corrupted)
    // when a token that the model needs is not in it.
    explicit wordpiece(std::string vocabulary);

    wordpiece(const wordpiece&) = delete;
    wordpiece& operator=(const wordpiece&) = delete;

    // [CLS] text [SEP]: at least 2 and at most `max_tokens` ids, cut at the end of the text.
    // Malformed UTF-8 is passed over.
    std::vector<std::int32_t> encode(std::string_view text, std::size_t max_tokens) const;

    std::size_t size() const { return ids_.size(); }  // of the vocabulary

private:
    std::int32_t required(std::string_view token) const;
    void append_word(std::string_view word, std::vector<std::int32_t>& ids) const;

    std::string text_;  // what the keys of ids_ point into
    std::unordered_map<std::string_view, std::int32_t> ids_;
    std::size_t longest_token_bytes_ = 0;
    std::int32_t unknown_ = 0;
    std::int32_t begin_ = 0;
    std::int32_t end_ = 0;
};

}  // namespace medusa
