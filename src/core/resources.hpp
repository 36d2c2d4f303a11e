// The files below resources/ and the drawing styles, as they were when the program was built.
// They live in the binary for as long as it runs; any thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace medusa {

// The bytes of one file by its path below resources/, for example "styles.json".
// Throws error(internal) for a name that is not there: that is a bug or a broken build.
std::string_view resource(std::string_view name);

// All names that start with `prefix`, sorted.
std::vector<std::string_view> resource_names(std::string_view prefix);

namespace detail {
// Filled by cmake/embed.cmake.
struct embedded_file {
    const char* name;
    const char* begin;
    const char* end;
};
extern const embedded_file embedded_files[];
extern const std::size_t embedded_file_count;
}  // namespace detail

}  // namespace medusa
