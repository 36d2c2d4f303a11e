// The end of a character: its record, the records of its pictures, and every file of its folder.
//
// Called from any thread. Throws medusa::error as the parts do. After a failure or a crash in the
// middle either the character is still whole but for its embedding, which can be computed again, or
// it is gone and some files are left that no record names.
#pragma once

#include <cstddef>

#include "pipeline/parts.hpp"

namespace medusa {

// Returns the number of files removed. Whether the caller may do so is the caller's to check.
std::size_t delete_character(const pipeline_parts& with, const character& subject);

}  // namespace medusa
