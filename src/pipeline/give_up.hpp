// The end of a job that will not be run again: what it took and no record names is given back.
//
// Called from any thread, after the last story of the job. Throws nothing: what cannot be removed
// stays, invisible, until it is swept.
#pragma once

#include "domain/job.hpp"
#include "pipeline/parts.hpp"

namespace medusa {

// Removes the files that belong to no record, and a new character's claim on id and slug. What is
// recorded stays.
void give_up(const pipeline_parts& with, const job& ended) noexcept;

}  // namespace medusa
