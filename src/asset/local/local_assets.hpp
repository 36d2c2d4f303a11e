// The asset store in a local folder: {root}/{username}/characters/{slug}/{folder}/{file}.
//
// Owned by app; any thread, several processes on one root. Nothing outside the root is ever read or
// written, not even through a symbolic link (openat2 with RESOLVE_BENEATH, Linux 5.6); a link that
// stays inside is followed. Errors: as the port says, error(storage) also for a link that leads
// out. A path is at most 1,000 bytes, a part of it at most 200, and none ends in ".part".
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "asset/asset_store.hpp"

namespace medusa {

// The URL of an asset is `url_prefix` followed by its path. The folder is made by the first put().
// What is removed is also forgotten in the folder of thumbnails; empty: there is none.
std::unique_ptr<asset_store> make_local_asset_store(std::filesystem::path root,
                                                    std::string url_prefix = "/assets/",
                                                    std::filesystem::path thumbnails = {});

// No write takes so long: an unfinished file of this age was left by a process that died.
inline constexpr std::chrono::hours unfinished_age{1};

// Counts or removes the unfinished files that were last written before `before`, looking at no more
// than `entries_max` files and folders. The first put() of a store removes those of
// `unfinished_age`, among the entries that cost no time worth mentioning.
unfinished_writes sweep_unfinished(const std::filesystem::path& root, time_point before,
                                   unfinished what, std::size_t entries_max = SIZE_MAX);

}  // namespace medusa
