#include "engine/sketch/mood.hpp"

namespace medusa::sketch {

const expression& face_for(const rig& tables, std::string_view mood, mood_source source) {
    const auto found = tables.moods.find(mood);
    if (found == tables.moods.end()) return tables.moods.at("neutral");
    const auto& face = found->second;
    const bool gentle = source == mood_source::trait && !face.trait.empty();
    return gentle ? tables.moods.at(face.trait) : face;
}

}  // namespace medusa::sketch
