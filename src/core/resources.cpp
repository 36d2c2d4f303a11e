#include "core/resources.hpp"

#include <span>
#include <string>

#include "core/error.hpp"

namespace medusa {
namespace {

std::span<const detail::embedded_file> files() {
    return {detail::embedded_files, detail::embedded_file_count};
}

std::string_view bytes_of(const detail::embedded_file& file) {
    return {file.begin, static_cast<std::size_t>(file.end - file.begin)};
}

}  // namespace

std::string_view resource(std::string_view name) {
    for (const auto& file : files())
        if (file.name == name) return bytes_of(file);
    throw error(errc::internal, "the program was built without its file " + std::string(name));
}

std::vector<std::string_view> resource_names(std::string_view prefix) {
    std::vector<std::string_view> names;
    for (const auto& file : files())
        if (std::string_view(file.name).starts_with(prefix)) names.emplace_back(file.name);
    return names;
}

}  // namespace medusa
