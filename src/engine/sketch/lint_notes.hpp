// How the check of the art writes down what is wrong. One object for one check: one thread; nothing
// throws.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sketch/rig.hpp"
#include "engine/sketch/wardrobe.hpp"

namespace medusa::sketch {

using names = std::set<std::string, std::less<>>;

names keys(const auto& table) {
    names made;
    for (const auto& row : table) made.insert(row.first);
    return made;
}

names layers_of(const fragment& piece);
// Those of a piece that may not be there.
names layers_of(const wardrobe::pieces& from, std::string_view name);
names variants_of(const dice_style& style, std::string_view component);

// `place` is where in the file: "cuts, robe".
class lint_notes {
public:
    explicit lint_notes(std::vector<art_fault>& faults) : faults_(faults) {}

    void tell(std::string_view file, const std::string& what) const;
    // `word` is empty or one of `known`; `what` such a word is called.
    void one_of(std::string_view file, const std::string& place, std::string_view word,
                const names& known, std::string_view what) const;
    void all_of(std::string_view file, const std::string& place, const words& list,
                const names& known, std::string_view what) const;
    // The table `place` has all the rows that the program asks for.
    void rows(std::string_view file, const std::string& place, const names& have,
              const words& needed) const;
    // `value` is empty or "#rrggbb".
    void colour(std::string_view file, const std::string& place, const std::string& value) const;

private:
    std::vector<art_fault>& faults_;
};

}  // namespace medusa::sketch
