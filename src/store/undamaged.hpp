// Reading rows of which one may be damaged, where that one may not keep the others waiting. Pure.
#pragma once

#include <optional>
#include <utility>

#include "core/error.hpp"

namespace medusa {

// What `read` finds, an optional; empty too where it throws error(corrupted). Every other error
// goes through.
template <class Read>
auto if_undamaged(Read&& read) -> decltype(read()) {
    try {
        return std::forward<Read>(read)();
    } catch (const error& reason) {
        if (reason.code() != errc::corrupted) throw;
        return std::nullopt;
    }
}

}  // namespace medusa
