// Why a job ended without success, in the same words at every door. Pure; any thread.
#pragma once

#include "core/error.hpp"
#include "domain/job.hpp"

namespace medusa {

// Its newest failure; error(cancelled) where somebody wanted its end.
error reason_of(const job& ended);

}  // namespace medusa
