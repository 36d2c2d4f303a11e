// The form that the path of an asset must have, for every adapter. Pure: any thread.
#pragma once

#include <string>
#include <string_view>

namespace medusa {

// `path` itself, once it is one that the port allows: parts of [a-z0-9._-], each of 1 to 200 bytes
// and none "." or "..", at most 1,000 bytes in all. Otherwise error(invalid_argument).
std::string checked_asset_path(std::string_view path);

// The error for a path that an adapter does not take, whatever its reason.
[[noreturn]] void refuse_asset_path(std::string_view path);

}  // namespace medusa
