#include "asset/asset_path.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

constexpr std::size_t path_bytes_max = 1'000;
constexpr std::size_t part_bytes_max = 200;  // leaves room for the ending of an unfinished file

bool is_path_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool is_part(std::string_view part) {
    return !part.empty() && part.size() <= part_bytes_max && part != "." && part != ".." &&
           std::all_of(part.begin(), part.end(), is_path_char);
}

}  // namespace

std::string checked_asset_path(std::string_view path) {
    if (path.size() > path_bytes_max) refuse_asset_path(path);
    const auto parts = split(path, '/');
    if (!std::all_of(parts.begin(), parts.end(), is_part)) refuse_asset_path(path);
    return std::string(path);
}

void refuse_asset_path(std::string_view path) {
    throw error(errc::invalid_argument, fmt::format("\"{}\" cannot be the path of an asset",
                                                    printable(path.substr(0, part_bytes_max))));
}

}  // namespace medusa
