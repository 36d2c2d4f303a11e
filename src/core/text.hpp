// Small helpers for text that people typed: UTF-8 throughout. Any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace medusa {

bool is_valid_utf8(std::string_view text);
// The number of code points; `text` must be valid UTF-8.
std::size_t count_chars(std::string_view text);
// Unicode lower case, root locale.
std::string to_lower(std::string_view text);
// Without white space at both ends, inner runs of white space as one blank.
std::string collapse_spaces(std::string_view text);
// The same, and control characters and marks that reverse the reading order are left out, so that
// nothing invisible is stored. Joiners stay: emoji and some scripts need them. `text` must be valid
// UTF-8.
std::string without_controls(std::string_view text);
// Whether a reader sees anything: blanks, fillers, soft hyphens and tag characters do not count.
bool has_visible(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
// The words in it in lower case, in their order: runs of letters and digits of any script, with
// their marks.
std::vector<std::string> words_in(std::string_view text);
// For a terminal: C0, C1 and bidirectional control characters replaced by U+FFFD, so that a name
// can neither move the cursor nor reverse the line. New lines and tabs become blanks.
std::string printable(std::string_view text);

// The candidate nearest to `word` by edit distance, empty when none is within a third of its length
// (at least one edit): the "did you mean" of every list of names.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace medusa
