#include "engine/sketch/lint.hpp"

#include <algorithm>

#include "engine/sketch/rig.hpp"
#include "engine/sketch/wardrobe.hpp"

namespace medusa::sketch {

std::vector<art_fault> lint_art(const art_files& art) {
    std::vector<art_fault> faults;
    const auto tables = read_rig(art, faults);
    const auto pieces = read_wardrobe(art, faults);
    std::stable_sort(faults.begin(), faults.end(),
                     [](const auto& a, const auto& b) { return a.file < b.file; });
    return faults;
}

}  // namespace medusa::sketch
