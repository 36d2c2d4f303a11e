// The version of this program, as records and pictures name it.
#pragma once

#include <string_view>

namespace medusa {

inline constexpr std::string_view version = "0.1.0";

}  // namespace medusa
