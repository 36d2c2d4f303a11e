#include "domain/policy_letters.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <memory>
#include <unordered_map>

#include "core/error.hpp"

namespace medusa {
namespace {

void check(UErrorCode status) {
    if (U_FAILURE(status))
        throw error(errc::internal, std::string("ICU failed with ") + u_errorName(status));
}

struct close_checker {
    void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
};

// Immutable after opening, and ICU allows its use from several threads then.
const USpoofChecker* confusables() {
    static const std::unique_ptr<USpoofChecker, close_checker> checker = [] {
        UErrorCode status = U_ZERO_ERROR;
        std::unique_ptr<USpoofChecker, close_checker> opened(uspoof_open(&status));
        check(status);
        return opened;
    }();
    return checker.get();
}

bool is_ascii_alnum(UChar32 c) {
    return c < 0x80 && u_isalnum(c) != 0;
}

// Look-alikes that the Unicode table leaves alone: small capitals, three Cyrillic letters, currency
// signs, and letters in discs, squares and flags.
UChar32 extra_look_alike(UChar32 c) {
    static const std::unordered_map<UChar32, char> table = {
        {0x1d00, 'a'}, {0x0299, 'b'}, {0x1d04, 'c'}, {0x1d05, 'd'}, {0x1d07, 'e'}, {0xa730, 'f'},
        {0x0262, 'g'}, {0x029c, 'h'}, {0x026a, 'i'}, {0x1d0a, 'j'}, {0x1d0b, 'k'}, {0x0138, 'k'},
        {0x029f, 'l'}, {0x1d0d, 'm'}, {0x028d, 'm'}, {0x0274, 'n'}, {0x1d0f, 'o'}, {0x1d18, 'p'},
        {0x0280, 'r'}, {0xa731, 's'}, {0x1d1b, 't'}, {0x1d1c, 'u'}, {0x1d20, 'v'}, {0x1d21, 'w'},
        {0x028f, 'y'}, {0x1d22, 'z'}, {0x043f, 'n'}, {0x044d, 'e'}, {0x044f, 'r'}, {0x20ac, 'e'},
        {0x00a2, 'c'}, {0x00a3, 'l'}, {0x00a5, 'y'},
    };
    constexpr UChar32 first_of_alphabets[] = {0x1f130, 0x1f150, 0x1f170, 0x1f1e6};
    for (const UChar32 first : first_of_alphabets)
        if (c >= first && c < first + 26) return 'a' + (c - first);
    const auto found = table.find(c);
    return found == table.end() ? c : found->second;
}

std::string looks_like(UChar32 c) {
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString skeleton;
    uspoof_getSkeletonUnicodeString(confusables(), 0, icu::UnicodeString(extra_look_alike(c)),
                                    skeleton, &status);
    check(status);
    icu::UnicodeString bare;
    for (int32_t at = 0; at < skeleton.length(); at = skeleton.moveIndex32(at, 1)) {
        const UChar32 part = extra_look_alike(skeleton.char32At(at));
        if (u_charType(part) != U_NON_SPACING_MARK) bare.append(u_tolower(part));
    }
    std::string result;
    bare.toUTF8String(result);
    // The Unicode table writes every letter like "m" as these two.
    return result == "rn" ? "m" : result;
}

glyph make_ascii_glyph(char c) {
    const auto letter = static_cast<UChar32>(c);
    if (u_isdigit(letter)) return {glyph_kind::digit, {c}, {}};
    if (c == 'I') return {glyph_kind::letter, "i", "l"};
    if (u_isalpha(letter)) return {glyph_kind::letter, {char(u_tolower(letter))}, {}};
    return {letters_meant_by(c).empty() ? glyph_kind::separator : glyph_kind::symbol, {c}, {}};
}

glyph make_glyph(UChar32 c) {
    if (c < 0x80) return make_ascii_glyph(static_cast<char>(c));
    if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
        return {glyph_kind::invisible, {}, {}};
    if (u_isdigit(c))
        return {glyph_kind::digit, {static_cast<char>('0' + u_charDigitValue(c))}, {}};

    glyph result{glyph_kind::letter, looks_like(u_tolower(c)), looks_like(c)};
    // The Unicode table holds every capital I for an l.
    if (result.shape == "l" && u_isupper(c)) result.shape = 'i';
    if (result.shape == result.lower) result.shape.clear();
    if (u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC))
        result.kind = glyph_kind::ideograph;
    else if (!u_isalpha(c) && (result.lower.empty() || !is_ascii_alnum(result.lower.front())))
        result.kind = glyph_kind::separator;
    return result;
}

}  // namespace

std::string_view letters_meant_by(char digit_or_symbol) {
    switch (digit_or_symbol) {
        case '0':
            return "o";
        case '1':
            return "il";
        case '2':
            return "z";
        case '3':
            return "e";
        case '4':
            return "a";
        case '5':
            return "s";
        case '6':
            return "gb";
        case '7':
            return "t";
        case '8':
            return "b";
        case '9':
            return "g";
        case '@':
            return "a";
        case '$':
            return "s";
        case '!':
            return "il";
        case '|':
            return "li";
        case '+':
            return "t";
        case '*':
            return "aeiou";
        default:
            return "";
    }
}

std::vector<glyph> read_glyphs(std::string_view text) {
    std::vector<glyph> glyphs;
    glyphs.reserve(text.size());
    if (std::ranges::all_of(text, [](char c) { return (c & 0x80) == 0; })) {
        for (const char c : text) glyphs.push_back(make_ascii_glyph(c));
        return glyphs;
    }
    UErrorCode status = U_ZERO_ERROR;
    const auto* nfkc = icu::Normalizer2::getNFKCInstance(status);
    check(status);
    const auto normal = nfkc->normalize(
        icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), int32_t(text.size()))), status);
    check(status);

    // A skeleton costs about a microsecond, and a text repeats its letters.
    std::unordered_map<UChar32, glyph> seen;
    for (int32_t at = 0; at < normal.length(); at = normal.moveIndex32(at, 1)) {
        const UChar32 c = normal.char32At(at);
        const auto type = u_charType(c);
        if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK) continue;
        if (c < 0x80) {
            glyphs.push_back(make_ascii_glyph(static_cast<char>(c)));
            continue;
        }
        const auto [found, is_new] = seen.try_emplace(c);
        if (is_new) found->second = make_glyph(c);
        glyphs.push_back(found->second);
    }
    return glyphs;
}

}  // namespace medusa
