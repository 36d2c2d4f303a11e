// What a fuzz target is: one function over bytes, by libFuzzer's name and rules, so that either
// driver runs it: ours (driver.cpp, for g++), or libFuzzer itself with clang. Test code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// Anything but a return is a finding: a signal, an uncaught exception, a sanitizer's report.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace medusa::fuzzing {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// A rule that holds for every input.
inline void expect(bool holds) {
    if (!holds) std::abort();
}

}  // namespace medusa::fuzzing
