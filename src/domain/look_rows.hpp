// The look in one line, as the tables below tests/data write it; of the tests only. Pure; any
// thread.
#pragma once

#include <string>

#include "domain/look.hpp"

namespace medusa {

// "hair_color=silver species=elf outfit=robe,cloak": every field that is not empty.
std::string fields_of(const look& subject);

}  // namespace medusa
