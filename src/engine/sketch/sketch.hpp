// The embedded image engine: draws the described character as vector art, in this process.
//
// render() may run on any number of threads at once; the first reads all tables (some 20 ms), which
// are shared and immutable from then on.
// Errors: error(invalid_argument) for a size outside the limits, error(cancelled).
#pragma once

#include <memory>

#include "engine/engine.hpp"

namespace medusa {

std::unique_ptr<image_engine> make_sketch_engine();

}  // namespace medusa
