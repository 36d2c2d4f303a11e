// What the look reader asks about the steps that follow in a text. Pure; any thread.
#pragma once

#include <cstddef>
#include <span>

#include "domain/look_units.hpp"

namespace medusa {

// The noun at `at`, none for anything else.
const noun_sense* noun_at(std::span<const unit> units, std::size_t at);

bool is_kind(std::span<const unit> units, std::size_t at, word_kind kind);

// "her brother", "his very old dog": somebody else follows, told by whose they are.
bool names_kin(std::span<const unit> units, std::size_t at);

// A noun that only describes the next: "wolf" in "wolf pelt", "vampire" in "her vampire fangs".
bool modifies_a_noun(std::span<const unit> units, std::size_t at);

// A person follows, past adjectives.
bool is_described(std::span<const unit> units, std::size_t from);

// A word for a place: "castle".
bool is_place(std::span<const unit> units, std::size_t at);

// Somebody is named from `from` on, "she" or "a knight", and no beast.
bool names_a_person(std::span<const unit> units, std::size_t from);

// What follows, past adjectives, is a place or a thing: "castle" in "a gloomy old castle".
bool describes_a_thing(std::span<const unit> units, std::size_t from);

bool is_mood(const word_sense& sense);

// "is" at `at` says what a person is: "she is", "who is", "the girl is". `noun` is the one before.
bool is_predicate(std::span<const unit> units, std::size_t at, const noun_sense* noun);

// A word before a colon: "Likes: ...".
bool is_heading(std::span<const unit> units, std::size_t at);

// A person is named before the phrase ends: "next to a very tall bald man".
bool names_somebody(std::span<const unit> units, std::size_t from);

// After a comma it is still about somebody else: "a dragon, its eyes ...", "her brother, a ...".
bool company_goes_on(std::span<const unit> units, std::size_t at);

// After "and" the subject acts again: "her brother, ..., and laughed".
bool subject_goes_on(std::span<const unit> units, std::size_t at);

// "and" keeps a denial going before another bare noun: "without hat and glasses".
bool names_more(std::span<const unit> units, std::size_t at);

// A comma keeps it going where an "or" follows: "no hat, glasses, or scarf".
bool denial_goes_on(std::span<const unit> units, std::size_t from);

}  // namespace medusa
