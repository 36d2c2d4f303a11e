// One character of a text as the content policy sees it; the lower half of policy_text.
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace medusa {

enum class glyph_kind {
    letter,
    digit,
    symbol,     // may stand for a letter: @ $ ! | + *
    ideograph,  // a word of its own
    invisible,  // zero-width and other default-ignorable characters
    separator,
};

struct glyph {
    glyph_kind kind;
    std::string lower;  // the letter that its lower case looks like, UTF-8
    std::string shape;  // the letter that it looks like as written, empty when the same
};

// NFKC of `text`, letter by letter, without combining marks. Invalid UTF-8 becomes separators.
std::vector<glyph> read_glyphs(std::string_view text);

// The letters that a digit or symbol may stand for, "" when none.
std::string_view letters_meant_by(char digit_or_symbol);

}  // namespace medusa
