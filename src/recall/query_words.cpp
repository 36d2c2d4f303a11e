#include "recall/query_words.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace medusa {
namespace {

// Said by so many texts that they tell nobody apart, and what is left of "she's" and "they'll";
// in order.
constexpr std::array<std::string_view, 71> common = {
    "a",    "about", "all",   "also",  "an",    "and",       "any",     "are",    "as",
    "at",   "be",    "but",   "by",    "can",   "character", "d",       "does",   "for",
    "from", "had",   "has",   "have",  "he",    "her",       "his",     "i",      "in",
    "into", "is",    "it",    "its",   "kind",  "like",      "ll",      "m",      "me",
    "my",   "no",    "not",   "of",    "on",    "or",        "our",     "people", "person",
    "re",   "s",     "she",   "so",    "some",  "somebody",  "someone", "t",      "that",
    "the",  "their", "them",  "there", "they",  "this",      "to",      "ve",     "was",
    "were", "what",  "which", "who",   "whose", "with",      "you",     "your"};
static_assert(std::is_sorted(common.begin(), common.end()));

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (auto& word : words_in(text)) {
        if (words.size() == query_words_max) break;
        if (!std::binary_search(common.begin(), common.end(), word) &&
            std::find(words.begin(), words.end(), word) == words.end())
            words.push_back(std::move(word));
    }
    return words;
}

bool same_stem(std::string_view a, std::string_view b) {
    if (a == b) return true;
    constexpr std::size_t stem_min = 4;
    constexpr std::size_t ending_max = 3;
    const auto [at, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    const auto shared = std::size_t(at - a.begin());
    return shared >= stem_min && a.size() - shared <= ending_max && b.size() - shared <= ending_max;
}

}  // namespace medusa
