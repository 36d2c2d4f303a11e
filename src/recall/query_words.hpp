// The words of a text that people search with. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace medusa {

inline constexpr std::size_t query_words_max = 64;

// The words that say something, in lower case, in their order and each once: letters and digits of
// any script with their marks, without the words that nearly every English text has ("who",
// "with"). At most query_words_max. `text` must be valid UTF-8.
std::vector<std::string> words_of(std::string_view text);

// Each two neighbours written as one: "eyepatch" of "eye", "patch".
std::vector<std::string> joined(const std::vector<std::string>& words);

// Whether two words in lower case are one but for an English ending: "plays" and "playing", but not
// "anime" and "animals".
bool same_stem(std::string_view a, std::string_view b);

}  // namespace medusa
