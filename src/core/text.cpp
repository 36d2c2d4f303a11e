#include "core/text.hpp"

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <numeric>

namespace medusa {
namespace {

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Bidirectional marks, embeddings, overrides and isolates (Unicode Annex 9).
bool is_bidi_control(UChar32 c) {
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

// Tells each character with its bytes; a negative one: they are no UTF-8.
template <class Act>
void each_char(std::string_view text, Act act) {
    const auto length = static_cast<int32_t>(text.size());
    for (int32_t at = 0; at < length;) {
        const int32_t start = at;
        UChar32 c = 0;
        U8_NEXT(text.data(), at, length, c);
        act(c, text.substr(std::size_t(start), std::size_t(at - start)));
    }
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substituted = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
        }
    }
    return row.back();
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
    bool valid = true;
    each_char(text, [&](UChar32 c, std::string_view) { valid = valid && c >= 0; });
    return valid;
}

std::size_t count_chars(std::string_view text) {
    return std::size_t(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string to_lower(std::string_view text) {
    std::string lower;
    icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), int32_t(text.size())))
        .toLower(icu::Locale::getRoot())
        .toUTF8String(lower);
    return lower;
}

std::string collapse_spaces(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (!is_space(c))
            result += c;
        else if (!result.empty() && result.back() != ' ')
            result += ' ';
    }
    if (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}

std::string without_controls(std::string_view text) {
    std::string result;
    each_char(collapse_spaces(text), [&](UChar32 c, std::string_view bytes) {
        const bool reverses = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
        if (u_charType(c) != U_CONTROL_CHAR && !reverses) result += bytes;
    });
    return collapse_spaces(result);
}

bool has_visible(std::string_view text) {
    constexpr UChar32 braille_blank = 0x2800;
    bool visible = false;
    each_char(text, [&](UChar32 c, std::string_view) {
        visible = visible || (c >= 0 && c != braille_blank && u_isgraph(c) &&
                              !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT));
    });
    return visible;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t start = 0; start <= text.size();) {
        const auto end = std::min(text.find(separator, start), text.size());
        parts.emplace_back(text.substr(start, end - start));
        start = end + 1;
    }
    return parts;
}

std::vector<std::string> words_in(std::string_view text) {
    std::vector<std::string> words;
    bool inside = false;
    each_char(to_lower(text), [&](UChar32 c, std::string_view bytes) {
        const bool was_inside = inside;
        inside = c >= 0 && (u_isalnum(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0);
        if (!inside) return;
        if (!was_inside) words.emplace_back();
        words.back() += bytes;
    });
    return words;
}

std::string printable(std::string_view text) {
    std::string result;
    each_char(text, [&](UChar32 c, std::string_view bytes) {
        if (c == '\n' || c == '\t' || c == '\r')
            result += ' ';
        else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || is_bidi_control(c))
            result += "\xEF\xBF\xBD";
        else
            result += bytes;
    });
    return result;
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
    const std::string wanted = to_lower(word);
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
    for (const auto& candidate : candidates) {
        const auto distance = edit_distance(wanted, to_lower(candidate));
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

}  // namespace medusa
