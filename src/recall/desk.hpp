// Characters that are found: by what people say of them, by others that they are like, and those
// that a new one would be too much like.
//
// One in a process, made in app, over the follower's index; any thread. Throws
// error(invalid_argument) for a text or wish that says nothing, not_found for characters that do
// not exist or belong to someone else, and what the parts throw.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "recall/index_follower.hpp"
#include "store/word_search.hpp"

namespace medusa {

inline constexpr std::size_t recall_most = 100;  // hits of one search
inline constexpr std::size_t recall_text_chars = 2'000;

// Whose characters are looked at, and which.
struct recall_filter {
    std::string user_id;
    std::optional<std::string> style{};  // in any case
    std::vector<std::string> tags{};     // all of them, in any case
};

struct liked_character {
    std::int64_t id = 0;
    double weight = 1;  // above 0
};

struct recalled_character {
    character record;
    double score = 0;                   // 0 to 1, the best there can be
    double similarity = 0;              // the cosine of meanings, -1 to 1
    std::vector<std::string> words{};   // of the search that the record says
    std::vector<std::string> shared{};  // traits and looks that it has as wished
};

// All borrowed.
struct recall_parts {
    character_store& characters;
    word_search& words;
    embedder& vectors;
    index_follower& follower;
};

class recall_desk {
public:
    explicit recall_desk(recall_parts with) : with_(with) {}

    // By meaning, by words, and by names: three rankings, fused (reciprocal rank fusion), where
    // words and names count by the share of the words that a record says; the best first.
    std::vector<recalled_character> search(const std::string& text, const recall_filter& filter,
                                           std::size_t limit);
    // More like these, less like those; varied, so that no two hits are much alike.
    std::vector<recalled_character> similar(const std::vector<liked_character>& like,
                                            const std::vector<liked_character>& unlike,
                                            const recall_filter& filter, std::size_t limit);
    // The owner's characters that `made`, which is not stored yet, would be taken for, the likest
    // first; at most three.
    std::vector<recalled_character> too_similar(const character& made);

private:
    embedding vector_of(const character& record);
    void add(std::vector<recalled_character>& found, std::int64_t id, double similarity,
             const entry_labels& wanted, const std::set<std::string>& features);
    std::optional<character> fitting(std::int64_t id, const entry_labels& wanted);

    const recall_parts with_;
};

}  // namespace medusa
