#include "recall/query_words.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace medusa {
namespace {

// Said by so many texts that they tell nobody apart; in order.
constexpr std::array<std::string_view, 59> common = {
    "a",    "about", "all",  "also",  "an",    "and",   "any",   "are",  "as",   "at",
    "be",   "but",   "by",   "can",   "does",  "for",   "from",  "had",  "has",  "have",
    "he",   "her",   "his",  "i",     "in",    "into",  "is",    "it",   "its",  "kind",
    "like", "me",    "my",   "no",    "not",   "of",    "on",    "or",   "our",  "she",
    "so",   "some",  "that", "the",   "their", "them",  "there", "they", "this", "to",
    "was",  "were",  "what", "which", "who",   "whose", "with",  "you",  "your"};
static_assert(std::is_sorted(common.begin(), common.end()));

bool is_of_word(UChar32 c) {
    return u_isalnum(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

// "she's" says "she": what follows an apostrophe is an ending.
bool is_apostrophe(UChar32 c) {
    return c == '\'' || c == 0x2019;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
    const auto lower = to_lower(text);
    std::vector<std::string> words;
    std::string word;
    bool is_ending = false;
    const auto finish = [&] {
        if (!word.empty() && !std::binary_search(common.begin(), common.end(), word) &&
            std::find(words.begin(), words.end(), word) == words.end() &&
            words.size() < query_words_max)
            words.push_back(word);
        word.clear();
    };
    const auto length = std::int32_t(lower.size());
    for (std::int32_t at = 0; at < length;) {
        const auto start = at;
        UChar32 c = 0;
        U8_NEXT(lower.data(), at, length, c);
        if (c >= 0 && is_of_word(c)) {
            if (!is_ending) word.append(lower, std::size_t(start), std::size_t(at - start));
            continue;
        }
        is_ending = c >= 0 && is_apostrophe(c) && !word.empty() && !is_ending;
        if (!is_ending) finish();
    }
    finish();
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
