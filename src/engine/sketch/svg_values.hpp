// What attribute values of a drawing look like: whether a text is a number, a path, a colour.
// Pure functions: any thread; nothing throws.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace medusa::sketch {

// The whole text as one number; none where it is not.
std::optional<double> svg_value(std::string_view text);

// Numbers with blanks or commas between them; none where the text holds anything else.
std::optional<std::vector<double>> svg_values(std::string_view text);

// Whether `word` is in a list of words with a blank between them.
bool holds_word(std::string_view list, std::string_view word);

// "#rrggbb" in lower case.
bool is_hex_colour(std::string_view text);

// Commands with as many numbers as each takes, the first of them a move (SVG 1.1, 8.3.9).
bool is_path_data(std::string_view text);

// A list of translate(), scale(), rotate() and so on with as many numbers as each takes
// (SVG 1.1, 7.6).
bool is_transform(std::string_view text);

}  // namespace medusa::sketch
