// Where the program is that decodes pictures nobody vouches for, and how many of it run. Any
// thread.
#pragma once

#include <filesystem>

namespace medusa {

// It lies beside this program.
std::filesystem::path decoder_program();

// At most so many at once, for each use of it: one a processor, and never many.
int decoders_at_once();

}  // namespace medusa
