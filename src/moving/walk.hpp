// Every character of a store, newest first, a few of them in work at once. Errors: what the store
// and the visitor throw, and error(cancelled) once a stop is requested.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include "store/character_store.hpp"

namespace medusa {

// So many wait for a remote store or account at once; as many pictures are in memory.
inline constexpr int movers = 4;

// Calls `work` for 0 to `count`-1, from up to `movers` threads; the first error that it throws ends
// it, and is thrown once all threads are done.
void side_by_side(std::size_t count, const std::function<void(std::size_t)>& work);

// Throws error(cancelled) when it is requested.
void expect_no_stop(const std::stop_token& stop);

struct visitor {
    std::function<void(const character&)> sound;   // from up to `movers` threads
    std::function<void(std::int64_t id)> damaged;  // id 0: it has none that can be read
};

void walk(character_store& store, const visitor& visit, const std::stop_token& stop);

// Damaged records count.
std::size_t count_characters(character_store& store, const std::stop_token& stop);

}  // namespace medusa
