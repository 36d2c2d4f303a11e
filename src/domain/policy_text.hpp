// How the content policy reads a text: as words whose disguises are taken off.
//
// The text is normalised (NFKC), look-alikes of Latin letters become those letters (the skeleton of
// Unicode Technical Standard 39, taken letter by letter and never of ASCII, so that "pom" and a
// word with "rn" stay apart), marks are dropped and case is folded. Then it is cut into whole
// words; no caller ever sees a part of a word. Where a text can be read in several ways, each
// reading follows the plain one after a barrier:
//   - digits and symbols that stand for letters, only in tokens that mix them with letters;
//   - three or more single characters in a row as the word that they spell;
//   - invisible characters as word breaks (the plain reading removes them).
// Invalid UTF-8 is read as U+FFFD. Pure functions; any thread; no errors but std::bad_alloc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace medusa {

struct policy_token {
    std::vector<std::string> forms;  // what it may spell, likeliest first; empty: a barrier

    bool is_barrier() const { return forms.empty(); }
    bool spells(std::string_view word) const;
};

// Every reading of `text`, the plain one first. Linear in its length.
std::vector<policy_token> read_policy_tokens(std::string_view text);

// The words of the plain reading, as the entries of the policy lists are stored.
std::vector<std::string> policy_words(std::string_view text);

}  // namespace medusa
