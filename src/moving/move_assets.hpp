// The story of files that move to another asset store, while their records stay where they are:
// each file of a character is stored there, read back and compared, and once all are, the URLs in
// its records lead there.
//
// The source is only read. Again after an end of any kind, it skips what is there already with the
// same bytes. At most `movers` files are in memory. Errors: see moving.hpp.
#pragma once

#include "asset/asset_store.hpp"
#include "moving/kept_character.hpp"
#include "moving/moving.hpp"
#include "store/stores.hpp"

namespace medusa {

// True when it is there now, or was there already with the same bytes; what is in the way is added
// to the tally. `bytes` are empty where the source has no such file.
bool place_file(asset_store& to, const named_file& file, const std::optional<std::string>& bytes,
                move_tally& tally);

move_report move_assets(const stores& records, asset_store& from, asset_store& to,
                        const move_context& context);

}  // namespace medusa
