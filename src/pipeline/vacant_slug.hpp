// The folder of a slug that nobody has, kept so while its files are removed: embeddings.json has
// the same name in each folder, and would be that of whoever moves in.
// Any thread.
#pragma once

#include <functional>
#include <string>

#include "pipeline/parts.hpp"

namespace medusa {

// Takes the slug itself, acts, and gives it back. Does nothing where somebody has the slug. Throws
// what the parts and `act` throw; the slug stays taken then until it is swept.
void while_vacant(const pipeline_parts& with, const owner_info& owner, const std::string& slug,
                  const std::function<void()>& act);

}  // namespace medusa
