#include "engine/sketch/mood.hpp"

namespace medusa::sketch {

const expression& face_for(const rig& tables, std::string_view mood) {
    const auto found = tables.moods.find(mood);
    return found == tables.moods.end() ? tables.moods.at("neutral") : found->second;
}

}  // namespace medusa::sketch
