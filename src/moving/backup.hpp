// The story of a backup: one tar file with everything that belongs to a collection;
// backup_format.hpp tells what is in it.
//
// Works while others write: a character is read with the files that it names at that time, or not
// at all when it is removed meanwhile. What is damaged or missing is left out, named in the file
// and in the report. The file appears whole or not at all, readable for its owner only. Errors: see
// moving.hpp; error(conflict) when `file` is there and is no backup of medusa.
#pragma once

#include <filesystem>

#include "asset/asset_store.hpp"
#include "core/clock.hpp"
#include "moving/moving.hpp"
#include "store/stores.hpp"

namespace medusa {

move_report write_backup(const stores& from, asset_store& files, const std::filesystem::path& file,
                         const clock& time, const move_context& context);

}  // namespace medusa
