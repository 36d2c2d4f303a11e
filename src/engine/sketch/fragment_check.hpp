// The rules for drawn files: which elements, attributes and values a fragment may use. Stateless:
// any thread. A violation is error(internal) that names the line, the element and what is expected.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace medusa::sketch {

// A slip in a file (count="9999999") must not become a picture that never ends.
inline constexpr int max_stamps = 2000;

// Why so strict: text and fonts make pixels differ between machines, opacity and filters cost more
// time than everything else together, and a reference out of the file could read other files.
// `text` is what `tree` was parsed from.
void check_fragment(const pugi::xml_document& tree, std::string_view text);

// "line 12, <path id=rim>": where `node` stands in `text`.
std::string place_of(const pugi::xml_node& node, std::string_view text);

}  // namespace medusa::sketch
