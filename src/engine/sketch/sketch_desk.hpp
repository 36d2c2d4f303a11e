// The artist's desk of sketch: draws its contact sheets and checks its art, the embedded one or
// that of a folder. Owned by who made it, one thread; nothing is read before it is needed.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "engine/art_desk.hpp"

namespace medusa {

// `folder`: where the art lies; none: the art that the program was built with.
std::unique_ptr<art_desk> make_sketch_desk(const std::optional<std::filesystem::path>& folder);

}  // namespace medusa
