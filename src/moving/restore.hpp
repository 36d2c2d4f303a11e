// The story of a restore: a backup that was checked whole comes into a collection, be it empty or
// one that has some of it already.
//
// Files come first, each read back and compared, then their records, with URLs that lead to where
// the files lie now. What is there already with the same content is skipped, what differs is a
// conflict and stays. Again after an end of any kind it goes on. Errors: see moving.hpp and
// read_backup.hpp; nothing is restored from a file that is not whole.
#pragma once

#include "asset/asset_store.hpp"
#include "moving/moving.hpp"
#include "moving/read_backup.hpp"
#include "store/stores.hpp"

namespace medusa {

struct restored {
    backup_contents contents;
    move_report report;
};

restored restore_backup(backup_reader& from, const stores& to, asset_store& assets,
                        const move_context& context);

}  // namespace medusa
