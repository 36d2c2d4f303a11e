// The indexes and counters of the database, and what is left to do when one is opened.
//
// Any thread, and any number of processes at once. Errors: see mongo_store.hpp.
#pragma once

#include "store/mongo/database.hpp"

namespace medusa::mongo {

// Makes the indexes that are missing. One that the server cannot have (a text index, where there is
// none) is left out; one that must be unique and cannot be, because of what other programs wrote,
// is made without that, and said.
void make_indexes(database& on);

// Sees that the counter of ids is at least at the highest id that there is.
void raise_id_counter(database& on);

// Whether there is an index of words, so that the server can look for them by itself.
bool has_word_index(database& on);

// The documents of the collection of counters: their values only grow.
inline constexpr auto id_counter = "characterId";
inline constexpr auto number_counter = "imageNumber";
inline constexpr auto change_counter_name = "characterChange";

// 0 when it was never used.
std::int64_t counter_value(database& on, const char* name);
// To `value` at least.
void raise_counter(database& on, const char* name, std::int64_t value);

// The next id. Safe with other processes; one that failed leaves a gap.
std::int64_t next_character_id(database& on);

}  // namespace medusa::mongo
