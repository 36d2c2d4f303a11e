// The end of a job that will not be run again, or not by this story: what it took and no record
// names is given back.
//
// Called from any thread, after the last story of the job or of this worker. Throws nothing: what
// cannot be removed stays, invisible, until it is swept.
#pragma once

#include "domain/job.hpp"
#include "pipeline/parts.hpp"

namespace medusa {

// Removes the files that belong to no record, and a new character's claim on id and slug. What is
// recorded stays.
void give_up(const pipeline_parts& with, const job& ended) noexcept;

// For a story whose job was taken from it: if the picture that it was at is recorded by now, by
// another story, what this one wrote over it is put right. `lost` is the job as this story knew it.
void yield_to_others(const pipeline_parts& with, const job& lost) noexcept;

}  // namespace medusa
