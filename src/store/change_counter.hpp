// The change counter port: whether anything in the store has changed, seen at little cost. What
// was read from the store is as good as read again for as long as it has not.
//
// One of the ports of a store adapter, of those that can tell; used from several threads at once.
// Errors: error(storage), corrupted, unavailable.
#pragma once

#include <cstdint>

namespace medusa {

class change_counter {
public:
    virtual ~change_counter() = default;
    // Another number than before once something was committed meanwhile, whatever and by whichever
    // process. Microseconds; two of them only mean the same or not the same.
    virtual std::uint64_t now() = 0;
};

}  // namespace medusa
