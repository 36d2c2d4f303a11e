#include "embed/minilm/wordpiece.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

// A longer word becomes one [UNK].
constexpr std::size_t max_word_chars = 100;
// The vocabulary lists what continues a word behind this mark.
constexpr std::string_view continuation = "##";

bool is_dropped(UChar32 c) {
    if (c == '\t' || c == '\n' || c == '\r') return false;
    return c == 0xfffd || (U_GET_GC_MASK(c) & U_GC_C_MASK) != 0 ||
           u_charType(c) == U_NON_SPACING_MARK;
}

// More than Unicode's punctuation: BERT counts every ASCII symbol as such ("$", "+", "<", "^").
bool is_punctuation(UChar32 c) {
    return c < 0x80 ? u_isgraph(c) && !u_isalnum(c) : bool(u_ispunct(c));
}

// The blocks that BERT splits into single characters: Han, not kana or Hangul.
bool is_ideograph(UChar32 c) {
    return (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x2a6df) ||
           (c >= 0x2a700 && c <= 0x2ceaf) || (c >= 0x2f800 && c <= 0x2fa1f);
}

void append_utf8(UChar32 c, std::string& out) {
    icu::UnicodeString(c).toUTF8String(out);
}

// Accents come apart from their letters here, so that they can be dropped.
icu::UnicodeString decomposed(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    const auto* nfd = icu::Normalizer2::getNFDInstance(status);
    if (U_FAILURE(status)) throw error(errc::internal, "ICU has no NFD data");
    const auto utf16 = icu::UnicodeString::fromUTF8({text.data(), std::int32_t(text.size())});
    icu::UnicodeString result = nfd->normalize(utf16, status);
    if (U_FAILURE(status)) throw error(errc::internal, "a text could not be decomposed");
    return result;
}

}  // namespace

wordpiece::wordpiece(std::string vocabulary) : text_(std::move(vocabulary)) {
    const std::string_view all = text_;
    ids_.reserve(std::size_t(std::count(all.begin(), all.end(), '\n')) + 1);
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = std::min(all.find('\n', at), all.size());
        ids_.emplace(all.substr(at, end - at), std::int32_t(ids_.size()));
        longest_token_bytes_ = std::max(longest_token_bytes_, end - at);
        at = end + 1;
    }
    unknown_ = required("[UNK]");
    begin_ = required("[CLS]");
    end_ = required("[SEP]");
}

std::int32_t wordpiece::required(std::string_view token) const {
    const auto found = ids_.find(token);
    if (found == ids_.end())
        throw error(errc::corrupted, "The language model's vocabulary has no " + std::string(token),
                    make_models_again);
    return found->second;
}

std::vector<std::int32_t> wordpiece::encode(std::string_view text, std::size_t max_tokens) const {
    const icu::UnicodeString chars = decomposed(text);
    const std::size_t limit = max_tokens - 1;  // the end token's place is kept
    std::vector<std::int32_t> ids{begin_};
    std::string word;
    const auto end_word = [&] {
        if (!word.empty()) append_word(word, ids);
        word.clear();
    };
    for (std::int32_t at = 0; at < chars.length() && ids.size() < limit;
         at = chars.moveIndex32(at, 1)) {
        const UChar32 c = chars.char32At(at);
        if (is_dropped(c)) continue;
        const bool stands_alone = is_punctuation(c) || is_ideograph(c);
        if (stands_alone || u_isUWhiteSpace(c)) end_word();
        if (u_isUWhiteSpace(c)) continue;
        append_utf8(u_tolower(c), word);
        if (stands_alone) end_word();
    }
    end_word();
    ids.resize(std::min(ids.size(), limit));
    ids.push_back(end_);
    return ids;
}

// The longest token that the rest of the word starts with, again and again; a word that cannot be
// covered so is one unknown token.
void wordpiece::append_word(std::string_view word, std::vector<std::int32_t>& ids) const {
    const std::size_t before = ids.size();
    const auto unknown = [&] {
        ids.resize(before);
        ids.push_back(unknown_);
    };
    if (count_chars(word) > max_word_chars) return unknown();
    std::string candidate;
    while (!word.empty()) {
        const std::size_t marked = ids.size() > before ? continuation.size() : 0;
        candidate.assign(continuation, 0, marked);
        candidate.append(word, 0, longest_token_bytes_);
        auto found = ids_.find(candidate);
        while (found == ids_.end() && candidate.size() > marked + 1) {
            candidate.pop_back();
            found = ids_.find(candidate);
        }
        if (found == ids_.end()) return unknown();
        ids.push_back(found->second);
        word.remove_prefix(candidate.size() - marked);
    }
}

}  // namespace medusa
