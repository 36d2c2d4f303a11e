// The schema of the SQLite store, as the ordered steps that lead to it. For this adapter alone.
#pragma once

#include <span>

#include "store/sqlite/connection.hpp"

namespace medusa::sqlite {

// Step n leads from schema version n to n+1. A step that was released is never changed again.
std::span<const char* const> schema_steps();

// Takes the steps that the file lacks, each in a transaction of its own; several processes may do
// so at once. `PRAGMA user_version` holds the version. Throws error(storage) for a file that has
// seen more steps than these: it was written by a newer program.
void migrate(connection& on, std::span<const char* const> steps);

}  // namespace medusa::sqlite
