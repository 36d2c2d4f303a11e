// Parts that are counted: each does what the one inside does, and tells the metrics of it.
//
// Made and owned by app/; threads and errors are those of what is inside. The metrics must outlive
// them.
#pragma once

#include <memory>

#include "asset/asset_store.hpp"
#include "engine/engine.hpp"
#include "metrics/metrics.hpp"

namespace medusa {

std::unique_ptr<image_engine> metered(std::unique_ptr<image_engine> inside, metrics& told);
std::unique_ptr<asset_store> metered(std::unique_ptr<asset_store> inside, metrics& told);

}  // namespace medusa
