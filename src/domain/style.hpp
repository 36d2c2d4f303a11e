// The drawing styles: what each adds to a prompt, and the model it is drawn with where the server
// has it. Data from resources/styles.json, read once; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace medusa {

struct style_info {
    std::string name;                         // "pixel-art"
    std::vector<std::string> words;           // for the prompt
    std::vector<std::string> negative_words;  // for the negative prompt
    std::string model;                        // file name of the checkpoint
};

// Used where neither the user nor a template names a style. Fantasy is the style of the guide's
// first example, and one that every engine, the embedded one included, really draws.
inline constexpr std::string_view default_style = "fantasy";

std::span<const style_info> styles();

// `name` in any case, with blanks or underscores for hyphens ("Pixel Art").
// Throws error(invalid_argument) with the nearest name and the list for an unknown one.
const style_info& style_of(std::string_view name);

}  // namespace medusa
