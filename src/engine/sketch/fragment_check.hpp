// The rules for drawn files: which elements, attributes and values a fragment may use. Stateless:
// any thread. A violation is error(internal) that names the element.
#pragma once

namespace pugi {
class xml_document;
}

namespace medusa::sketch {

// Why so strict: text and fonts make pixels differ between machines, opacity and filters cost more
// time than everything else together, and a reference out of the file could read other files.
void check_fragment(const pugi::xml_document& tree);

}  // namespace medusa::sketch
