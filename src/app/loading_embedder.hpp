// An embedder that loads its model on a thread of its own, while the first picture is drawn.
// Any thread; the first use waits until it is loaded, and throws what loading threw.
#pragma once

#include <functional>
#include <memory>

#include "embed/embedder.hpp"

namespace medusa {

// `load` runs at once on a thread of its own; `model` is known beforehand.
std::unique_ptr<embedder> make_loading_embedder(std::function<std::unique_ptr<embedder>()> load);

}  // namespace medusa
