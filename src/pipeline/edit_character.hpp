// A character's words change: what its record, and every picture from now on, follows. Id, slug,
// seed and the pictures that there are stay (interface.md 4).
//
// Called from any thread. Throws error(invalid_argument) for words out of range, refused by the
// policy, and what the parts throw. After a crash in the middle the record is as it was, and at
// most the file of its embedding speaks of the new words already.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/parts.hpp"

namespace medusa {

// What is empty stays as it is.
struct character_change {
    std::optional<std::string> name{};
    // Look and tag groups are read from it anew, the traits stay.
    std::optional<std::string> description{};
    // Instead of those that it has: traits, tag groups and look follow.
    std::optional<std::vector<std::string>> tags{};
    std::optional<std::string> style{};
};

// The record as it is afterwards; empty, and nothing is changed, when it is not `subject` any more.
// Whether the caller may do so is the caller's to check.
std::optional<character> edit_character(const pipeline_parts& with, const character& subject,
                                        const character_change& wanted);

}  // namespace medusa
