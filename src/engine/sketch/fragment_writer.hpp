// Writes the elements of a fragment as SVG text: fills slots, prefixes ids, stamps scatters.
// One object per instantiation: one thread.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "engine/sketch/dice_random.hpp"
#include "engine/sketch/fragment.hpp"

namespace medusa::sketch {

class fragment_writer {
public:
    // Borrows `slots` and `prefix`.
    fragment_writer(const slot_map& slots, std::string_view prefix, std::string_view seed);

    // Throws error(internal) for a slot without a value and for a malformed m: attribute.
    void write(const pugi::xml_node& node);
    std::string take() { return std::move(out_); }

private:
    struct placing {
        double x = 0;
        double y = 0;
        double scale = 1;
        double rotate = 0;
        double fade = 1;
        bool flip = false;
    };

    void element(const pugi::xml_node& node);
    void attribute(const pugi::xml_attribute& attribute);
    void scatter(const pugi::xml_node& node);
    void repeat(const pugi::xml_node& node);
    void choose(const pugi::xml_node& node);
    void stamp(const pugi::xml_node& node, const placing& place, const std::string& key);
    double draw(const pugi::xml_node& node, const char* name, double fallback,
                const std::string& key) const;

    const slot_map& slots_;
    std::string_view prefix_;
    dice_random random_;
    // Of the stamp being drawn: keys of inner choices hang below it. The outermost is the prefix,
    // so that two pieces with one seed are not placed alike.
    std::string key_;
    std::string out_;
};

}  // namespace medusa::sketch
