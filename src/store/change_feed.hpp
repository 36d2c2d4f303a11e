// The change feed port: which characters may be other than they were, for whoever keeps something
// that follows from them. It names them and says no more: what each is now, the store says.
//
// One of the ports of a store adapter; used from several threads at once, by several processes.
// Each change has a number, increasing in the order in which changes were begun. Errors:
// error(storage), corrupted, unavailable.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace medusa {

struct character_change_note {
    std::int64_t sequence = 0;
    std::int64_t character_id = 0;  // made, changed or removed
    friend bool operator==(const character_change_note&, const character_change_note&) = default;
};

class change_feed {
public:
    virtual ~change_feed() = default;
    // Another one for each store that there ever was, so that no number is taken for one of another
    // store.
    virtual std::string store_id() = 0;
    // The highest number so far; 0: nothing was ever changed.
    virtual std::int64_t newest() = 0;
    // At most `limit` changes above `sequence`, the lowest first. Of one character only the newest
    // is told.
    virtual std::vector<character_change_note> after(std::int64_t sequence, std::size_t limit) = 0;
    // For so long after a change was told, one with a lower number may still come to light, because
    // it took so long to be written. 0: numbers and changes become visible at once.
    virtual std::chrono::milliseconds disorder() const = 0;
};

}  // namespace medusa
