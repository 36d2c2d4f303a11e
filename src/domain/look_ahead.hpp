// What the look reader asks about the steps that follow in a text. Pure; any thread.
#pragma once

#include <cstddef>
#include <span>

#include "domain/look_units.hpp"

namespace medusa {

// The noun at `at`, none for anything else.
const noun_sense* noun_at(std::span<const unit> units, std::size_t at);

// "a" or "an": a new thing is named.
bool is_indefinite(std::span<const unit> units, std::size_t at);

// "her brother", "his very old dog": somebody else follows, told by whose they are.
bool names_kin(std::span<const unit> units, std::size_t at);

// A word before a colon: "Likes: ...".
bool is_heading(std::span<const unit> units, std::size_t at);

// A person is named before the phrase ends: "next to a very tall bald man".
bool names_somebody(std::span<const unit> units, std::size_t from);

// After "and" the subject acts again: "her brother, ..., and laughed".
bool subject_goes_on(std::span<const unit> units, std::size_t at);

// "and" keeps a denial going before another bare noun: "without hat and glasses".
bool names_more(std::span<const unit> units, std::size_t at);

// A comma keeps it going where an "or" follows: "no hat, glasses, or scarf".
bool denial_goes_on(std::span<const unit> units, std::size_t from);

}  // namespace medusa
