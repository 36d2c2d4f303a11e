// The contact sheets: which pictures an artist looks at side by side before a change lands.
//
// Pure functions over loaded art: any thread. Errors: error(invalid_argument) for an unknown name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/art_desk.hpp"
#include "engine/engine.hpp"
#include "engine/sketch/art.hpp"
#include "engine/sketch/rig.hpp"
#include "engine/sketch/wardrobe.hpp"

namespace medusa::sketch {

struct sheet_picture {
    std::string label;  // "witch-hat, long"
    picture_request request;
};

struct sheet {
    std::size_t columns = 1;
    std::vector<sheet_picture> pictures;
};

// The one sheet that makes no sense in a single style.
inline constexpr std::string_view sheet_of_all_styles = "styles";

std::vector<sheet_info> sheet_list();

sheet make_sheet(const std::string& name, const art_files& art, const rig& tables,
                 const wardrobe& pieces);

}  // namespace medusa::sketch
