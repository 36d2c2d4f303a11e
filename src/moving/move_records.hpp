// The story of records that move to another store: ids, image numbers and user folders that are
// given out, then each character with its images, read back and compared.
//
// The source is only read. Again after an end of any kind, it skips what is there already with the
// same content. Moves what a record says: fields of other programs that medusa has no word for stay
// behind, and so do attempts at pictures that are still being made. Errors: see moving.hpp.
#pragma once

#include "moving/moving.hpp"
#include "store/stores.hpp"

namespace medusa {

move_report move_records(const stores& from, const stores& to, const move_context& context);

}  // namespace medusa
