// An embedder that loads its model at its first use, so that commands which only look at records
// never pay for it. A story embeds on a thread of its own, so loading runs beside the drawing.
// Any thread; the first use waits until it is loaded and throws what loading threw.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "embed/embedder.hpp"

namespace medusa {

// `model` is known before: whoever only compares it, as the search index does, loads nothing.
std::unique_ptr<embedder> make_lazy_embedder(std::string model,
                                             std::function<std::unique_ptr<embedder>()> load);

}  // namespace medusa
