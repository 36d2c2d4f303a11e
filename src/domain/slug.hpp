// Slugs: the part of a URL or folder name that stands for a name. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace medusa {

// `name` in any script, transliterated to 1-60 characters of [a-z0-9-] without a hyphen at either
// end. Empty when nothing is left of it, and for `v` plus digits, which Cloudinary would read as a
// version in a URL: the caller then names the folder after the id.
std::string slug_of(std::string_view name);

}  // namespace medusa
