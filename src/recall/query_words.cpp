#include "recall/query_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"

namespace medusa {
namespace {

// Said by so many texts that they tell nobody apart, and what is left of "she's" and "they'll";
// in order.
constexpr std::array<std::string_view, 85> common = {
    "a",      "about", "all",  "also",     "am",      "an",     "and",       "any",   "are",
    "as",     "at",    "be",   "but",      "by",      "can",    "character", "could", "d",
    "do",     "does",  "for",  "from",     "had",     "has",    "have",      "he",    "her",
    "him",    "his",   "i",    "if",       "in",      "into",   "is",        "it",    "its",
    "just",   "kind",  "like", "ll",       "m",       "me",     "my",        "no",    "not",
    "of",     "on",    "or",   "our",      "people",  "person", "re",        "s",     "she",
    "should", "so",    "some", "somebody", "someone", "t",      "than",      "that",  "the",
    "their",  "them",  "then", "there",    "they",    "this",   "to",        "us",    "ve",
    "very",   "was",   "we",   "were",     "what",    "which",  "who",       "whose", "will",
    "with",   "would", "you",  "your"};
static_assert(std::is_sorted(common.begin(), common.end()));

constexpr std::string_view inflected[] = {"",   "s",   "d", "ed", "es",  "ing", "r",  "rs",
                                          "er", "ers", "e", "y",  "ied", "ies", "ily"};
constexpr std::string_view derived[] = {"al", "ian", "ians", "ist", "ists", "ly", "ful", "ness"};

template <std::size_t Size>
bool is_any(std::string_view ending, const std::string_view (&endings)[Size]) {
    return std::find(std::begin(endings), std::end(endings), ending) != std::end(endings);
}

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

std::vector<std::string> joined(const std::vector<std::string>& words) {
    std::vector<std::string> pairs;
    for (std::size_t i = 1; i < words.size(); ++i) pairs.push_back(words[i - 1] + words[i]);
    return pairs;
}

// What is left of both behind what they begin with: "e" and "ing" of "dance" and "dancing".
bool same_stem(std::string_view a, std::string_view b) {
    if (a == b) return true;
    constexpr std::size_t stem_min = 3;
    const auto begin = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
    const auto stem = a.substr(0, std::size_t(begin - a.begin()));
    if (stem.size() < stem_min) return false;
    auto rests = std::pair(a.substr(stem.size()), b.substr(stem.size()));
    if (rests.first.size() > rests.second.size()) std::swap(rests.first, rests.second);
    // "run" and "running"
    if (rests.first.empty() && rests.second.size() > 1 && rests.second.front() == stem.back())
        rests.second.remove_prefix(1);
    if (rests.first.empty() && is_any(rests.second, derived)) return true;
    // "care" and "cars" are two words.
    if (rests == std::pair<std::string_view, std::string_view>("e", "s") ||
        rests == std::pair<std::string_view, std::string_view>("s", "e"))
        return false;
    return is_any(rests.first, inflected) && is_any(rests.second, inflected);
}

}  // namespace medusa
